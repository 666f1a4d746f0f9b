"""Passwords of staff: chosen by their owners, by a mailed link or at a terminal, and by no other user.

A session alone sets no first password: a stolen token would become a lasting way in.
"""

from typing import Final

from sqlalchemy import select, union

from customer_gql.core.actor import Actor
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.ids import encode_id
from customer_gql.core.terminal import CommandFailed
from customer_gql.database.statements import Connection, Row, fetch_one, fetch_rows
from customer_gql.messaging.mail.addressing import SHOP_NAME
from customer_gql.security.passwords import PasswordRules, store_password, validate_new_password
from customer_gql.settings import Settings
from customer_gql.shop.settings.reads import setting
from customer_gql.shop.websites import tables as shops
from customer_gql.staff.audit.writes import record_staff_event
from customer_gql.staff.reads import CREDENTIALS
from customer_gql.staff.tables import staff_password, staff_user

from . import attempts, links, notices, sessions

MIN_LENGTH: Final = 15
MIN_LENGTH_WITH_SECOND_FACTOR: Final = 12
# An address may begin with two letters; a password need not do without these.
_SHORTEST_FORBIDDEN: Final = 4
_MAX_SHOP_NAMES: Final = 200

_PASSWORDS_DISABLED: Final = Refusal(
    "staff_sign_in.passwords_disabled",
    "Staff have no passwords here. Sign in at the identity provider.",
    UserErrorCode.NOT_ALLOWED,
)


def require_passwords(settings: Settings) -> None:
    """Raises where the deployment lets staff in by its identity provider alone."""
    if not settings.staff_passwords:
        raise _PASSWORDS_DISABLED()


async def validate_staff_password(connection: Connection, user: Row, password: str, *, path: str = "password") -> None:
    """A new password of a staff user: a longer one where no second factor stands beside it, in any characters.

    It is not made of the names of the shop, and does not contain the name of the address.
    """
    local_part = user.email.partition("@")[0]
    rules = PasswordRules(
        MIN_LENGTH if user.totp_since is None else MIN_LENGTH_WITH_SECOND_FACTOR,
        public_words=[local_part, user.email, user.name, *await _shop_names(connection)],
        forbidden_words=[local_part] if len(local_part) >= _SHORTEST_FORBIDDEN else [],
    )
    validate_new_password(password, rules, path=[path])


async def _shop_names(connection: Connection) -> list[str]:
    named = (shops.website, shops.store, shops.store_view)
    names = union(*[select(table.c.name) for table in named]).limit(_MAX_SHOP_NAMES)
    return [await setting(connection, SHOP_NAME), *(row.name for row in await fetch_rows(connection, names))]


async def fetch_credentials(connection: Connection, staff_id: int, *, lock: bool = True) -> Row:
    """What a user is judged by, locked until the transaction ends, so that none of it changes meanwhile."""
    statement = CREDENTIALS.where(staff_user.c.id == staff_id)
    found = await fetch_one(connection, statement.with_for_update(of=staff_user) if lock else statement)
    assert found is not None, staff_id
    return found


async def change_staff_password(
    connection: Connection, user: Row, hash: str, *, by: Actor, keep: bytes | None = None
) -> None:
    """Store it, end every session but `keep`, and reset the count of wrong ones: it is the owner who gets here.

    Under the lock of the user, so that a sign-in with the previous password is over, or fails. The owner gets a mail.
    """
    await fetch_credentials(connection, user.id)
    await store_password(connection, staff_password, user.id, hash)
    await sessions.end_staff_sessions(connection, user.id, keep=keep)
    await links.end_links(connection, user.id)
    await attempts.forgive_failures(connection, user.email)
    await record_staff_event(connection, "PASSWORD_CHANGED", by=by, subject=encode_id("stf", user.id))
    await notices.notify_owner(connection, user, "staff_password_changed", address=by.address)


async def find_active_staff(connection: Connection, email: str) -> Row:
    """The active staff user of the command line."""
    found = await fetch_one(connection, CREDENTIALS.where(staff_user.c.email == email, staff_user.c.is_active))
    if found is None:
        raise CommandFailed(f"There is no active staff user {email}.")
    return found
