"""Who signs in to the admin UI of the demo: one staff user of each role, with passwords that only the demo's key gives, so that what
one terminal printed is true while another serves the same shop."""

import hashlib
import hmac
from contextlib import suppress
from typing import Final, NamedTuple

from customer_gql.core.errors import RuleError
from customer_gql.core.terminal import CommandFailed
from customer_gql.database.pools import Database
from customer_gql.security import hashing
from customer_gql.security.passwords import store_password
from customer_gql.staff import writes as staff
from customer_gql.staff.sign_in.passwords import find_active_staff
from customer_gql.staff.tables import staff_password

ADMINISTRATOR: Final = "admin@example.com"
_PEOPLE: Final = {
    "administrator": (ADMINISTRATOR, "Demo Admin"),
    "support": ("support@example.com", "Demo Support"),
    "viewer": ("viewer@example.com", "Demo Viewer"),
}
_PASSWORD_LENGTH: Final = 16


class SignIn(NamedTuple):
    """What a person types to sign in."""

    role: str
    email: str
    password: str


async def create_demo_staff(database: Database) -> None:
    """The staff users who are not there from an earlier start."""
    for role, (email, name) in _PEOPLE.items():
        async with database.transaction() as connection:
            with suppress(RuleError):
                await staff.create_staff_user(connection, email=email, name=name, role=role)


async def issue_sign_ins(database: Database, secret: str) -> list[SignIn]:
    """Passwords that hold whatever was chosen since an earlier start. Its sessions go on."""
    issued = [SignIn(role, email, _derive_password(secret, email)) for role, (email, _) in _PEOPLE.items()]
    with hashing.HashingContext(hashing.HashingPool(hashing.CORES)):
        hashes = [await hashing.hash_password(one.password) for one in issued]
    stored: list[SignIn] = []
    async with database.transaction() as connection:
        for one, hash in zip(issued, hashes, strict=True):
            with suppress(CommandFailed):  # somebody may have tried deactivating a user
                user = await find_active_staff(connection, one.email)
                await store_password(connection, staff_password, user.id, hash)
                stored.append(one)
    return stored


def _derive_password(secret: str, email: str) -> str:
    return hmac.digest(secret.encode(), f"demo password of {email}".encode(), hashlib.sha256).hex()[:_PASSWORD_LENGTH]
