"""Signing in: one neutral answer, after as much work, for whatever was wrong.

Each attempt is counted in a transaction of its own before it is looked at, and nothing holds a connection while the
password is hashed; so a sign-in is two transactions, unlike other mutations.
"""

import datetime as dt
from typing import Final

from customer_gql.core.actor import actor_of
from customer_gql.core.emails import normalize_email
from customer_gql.core.errors import RuleError, UserErrorCode
from customer_gql.core.ids import encode_id
from customer_gql.database.statements import Connection, Row, fetch_one
from customer_gql.graph.context import Context
from customer_gql.security import hashing
from customer_gql.settings import Settings
from customer_gql.staff.audit.writes import actor_without_token, record_staff_event
from customer_gql.staff.reads import CREDENTIALS
from customer_gql.staff.tables import SignedInBy, staff_user

from . import attempts, passwords, sessions, totp

SIGN_IN_REFUSED: Final = "The address, the password or the code is wrong, or sign-in is closed for a while."


async def sign_in_staff(context: Context, email: str, password: str, code: str | None) -> tuple[str, dt.datetime, int]:
    """A session's token, when it ends, and whose it is."""
    async with context.database.writes.acquire() as connection:
        admitted = await attempts.admit_attempt(connection, email, context.caller.address)
        found = await fetch_one(connection, CREDENTIALS.where(staff_user.c.email == normalize_email(email)))
    usable = found if admitted and found is not None and found.is_active else None
    right = await hashing.verify_password(password, None if usable is None else usable.hash)
    new_hash = await _rehashed(password, usable) if right else None
    async with context.transaction() as connection:
        if usable is not None and right and await _is_still_right(connection, usable, code, context.settings):
            by = actor_without_token(usable.id, context.caller.address)
            await attempts.forgive_attempt(connection, email, context.caller.address)
            if new_hash is not None:
                await passwords.store_staff_password(connection, usable.id, new_hash)
            token, expires_at = await sessions.start_staff_session(
                connection,
                usable.id,
                by=SignedInBy.PASSWORD,
                address=context.caller.address,
                user_agent=context.caller.user_agent or None,
            )
            await record_staff_event(connection, "SIGNED_IN", by=by, subject=encode_id("stf", usable.id))
            return token, expires_at, usable.id
        if admitted:
            tried = None if found is None else encode_id("stf", found.id)
            await record_staff_event(
                connection, "SIGN_IN_FAILED", by=actor_without_token(None, context.caller.address), subject=tried
            )
    raise RuleError(SIGN_IN_REFUSED, code=UserErrorCode.NOT_ALLOWED)


async def _is_still_right(connection: Connection, judged: Row, code: str | None, settings: Settings) -> bool:
    """The password was not changed and the user not deactivated while it was verified, and the code is right.

    The code is looked at last: it is worth nothing without the password, and would be used up.
    """
    user = await passwords.fetch_credentials(connection, judged.id)
    return (
        user.is_active and user.hash == judged.hash and await totp.check_second_factor(connection, user, code, settings)
    )


async def _rehashed(password: str, user: Row | None) -> str | None:
    if user is None or not hashing.needs_rehash(user.hash):
        return None
    return await hashing.hash_password(password)


async def reauthenticate_staff(context: Context, given: str | None, path: str = "password") -> str | None:
    """Whoever found an open session still has to know the password. Asked of those who have one; its hash."""
    staff_id = context.viewer.staff_id
    if staff_id is None:
        return None
    async with context.transaction() as connection:
        user = await passwords.fetch_credentials(connection, staff_id)
        if user.hash is None:
            return None
        if given is None:
            raise RuleError("Give your own password to confirm.", path=[path], code=UserErrorCode.REQUIRED)
        admitted = await attempts.admit_attempt(connection, user.email, context.caller.address)
    right = await hashing.verify_password(given, user.hash if admitted else None)
    async with context.transaction() as connection:
        if right:
            await attempts.forgive_attempt(connection, user.email, context.caller.address)
            return user.hash
        await record_staff_event(
            connection, "PASSWORD_WRONG", by=actor_of(context.viewer), subject=encode_id("stf", staff_id)
        )
    raise RuleError(
        "That is not your password, or too many were tried; wait a while.",
        path=[path],
        code=UserErrorCode.NOT_ALLOWED,
    )
