"""Signing in: one neutral answer, after as much work, for whatever was wrong.

Each attempt is counted in a transaction of its own before it is looked at, and nothing holds a connection while the
password is hashed; so a sign-in is two transactions, unlike other mutations.
"""

from typing import Final

from customer_gql.core.actor import actor_of
from customer_gql.core.emails import normalize_email
from customer_gql.core.errors import RuleError, UserErrorCode
from customer_gql.core.ids import encode_id
from customer_gql.database.statements import Connection, Row, fetch_one
from customer_gql.graph.context import Context
from customer_gql.security import hashing
from customer_gql.security.passwords import renew_hash
from customer_gql.security.sessions import SessionGrant
from customer_gql.settings import Settings
from customer_gql.staff.audit.writes import actor_without_token, record_staff_event
from customer_gql.staff.reads import CREDENTIALS
from customer_gql.staff.tables import SignedInBy, staff_password, staff_user

from . import attempts, passwords, sessions, totp

SIGN_IN_REFUSED: Final = "The address, the password or the code is wrong, or sign-in is closed for a while."


async def sign_in_staff(context: Context, email: str, password: str, code: str | None) -> SessionGrant:
    async with context.database.writes.acquire() as connection:
        admitted = await attempts.admit_attempt(connection, email, context.caller.address, context.settings.admin)
        found = await fetch_one(connection, CREDENTIALS.where(staff_user.c.email == normalize_email(email)))
    if not admitted:
        raise RuleError(SIGN_IN_REFUSED, code=UserErrorCode.NOT_ALLOWED)
    usable = found if found is not None and found.is_active else None
    is_right = await hashing.verify_password(password, None if usable is None else usable.hash)
    async with context.transaction() as connection:
        if usable is None or not is_right or not await _is_still_right(connection, usable, code, context.settings):
            grant = None
            await _record_failure(connection, found, context.caller.address)
        else:
            grant = await _start_session(connection, usable, context)
    if usable is None or grant is None:
        raise RuleError(SIGN_IN_REFUSED, code=UserErrorCode.NOT_ALLOWED)
    await renew_hash(context.database, staff_password, usable.id, password, usable.hash)
    return grant


async def _start_session(connection: Connection, user: Row, context: Context) -> SessionGrant:
    await attempts.forgive_attempt(connection, user.email, context.caller.address)
    by = actor_without_token(user.id, context.caller.address)
    await record_staff_event(connection, "SIGNED_IN", by=by, subject=encode_id("stf", user.id))
    return await sessions.start_staff_session(
        connection,
        user.id,
        by=SignedInBy.PASSWORD,
        address=context.caller.address,
        user_agent=context.caller.user_agent or None,
    )


async def _record_failure(connection: Connection, tried: Row | None, address: str) -> None:
    by = actor_without_token(None, address)
    subject = None if tried is None else encode_id("stf", tried.id)
    await record_staff_event(connection, "SIGN_IN_FAILED", by=by, subject=subject)


async def _is_still_right(connection: Connection, judged: Row, code: str | None, settings: Settings) -> bool:
    """The password was not changed and the user not deactivated while it was verified, and the code is right.

    The code is looked at last: it is worth nothing without the password, and would be used up.
    """
    user = await passwords.fetch_credentials(connection, judged.id)
    return (
        user.is_active and user.hash == judged.hash and await totp.check_second_factor(connection, user, code, settings)
    )


async def reauthenticate_staff(context: Context, given: str | None, path: str = "password") -> str | None:
    """Somebody who found an open session still has to know the password. Asked of users who have one; returns its hash."""
    staff_id = context.viewer.staff_id
    if staff_id is None:
        return None
    async with context.transaction() as connection:
        user = await passwords.fetch_credentials(connection, staff_id)
        if user.hash is None:
            return None
        if given is None:
            raise RuleError("Enter your own password to confirm.", path=[path], code=UserErrorCode.REQUIRED)
        admitted = await attempts.admit_attempt(connection, user.email, context.caller.address, context.settings.admin)
    right = admitted and await hashing.verify_password(given, user.hash)
    async with context.transaction() as connection:
        if right:
            await attempts.forgive_attempt(connection, user.email, context.caller.address)
            return user.hash
        await record_staff_event(
            connection, "PASSWORD_WRONG", by=actor_of(context.viewer), subject=encode_id("stf", staff_id)
        )
    raise RuleError(
        "This is not your password, or too many wrong ones were entered. Try again later.",
        path=[path],
        code=UserErrorCode.NOT_ALLOWED,
    )
