"""Confirmation of credentials in an open session: a stolen token alone cannot change them.

Each attempt is counted before anything is compared, and forgiven after all that was asked for was right. Ten wrong codes
end the session (docs/domain/staff-sign-in.md#staff-sign-in-10).
"""

from typing import Final

from customer_gql.core.actor import actor_of
from customer_gql.core.errors import Refusal, RuleError, UserErrorCode
from customer_gql.core.ids import encode_id
from customer_gql.database.statements import Connection, Row
from customer_gql.graph.context import Context
from customer_gql.security import hashing
from customer_gql.security.passwords import PASSWORD_WRONG
from customer_gql.staff.audit.writes import record_staff_event

from . import attempts, notices, passwords, sessions

_PASSWORD_REQUIRED: Final = Refusal("password.required", "Enter your own password to confirm.", UserErrorCode.REQUIRED)
_CODE_REFUSED: Final = Refusal(
    "second_factor.code_refused",
    "This is not your code, or too many wrong ones were entered. Try again later.",
)
_CODE_WRONG: Final = Refusal(
    "second_factor.code_wrong", "The code is wrong. Enter the current code of the authenticator."
)
_SESSION_ENDED: Final = Refusal(
    "second_factor.session_ended",
    "The code is wrong, and {limit} wrong codes end a session. Sign in again.",
    UserErrorCode.NOT_ALLOWED,
)


async def reauthenticate_staff(context: Context, given: str | None, path: str = "password") -> str | None:
    """Ask for the user's own password, if there is one; returns its hash."""
    if context.viewer.staff_id is None:
        return None
    user = await _admit_attempt(context, given, path)
    if user.hash is None:
        return None
    await _compare_password(context, user, given or "", path)
    async with context.transaction() as connection:
        await attempts.forgive_in_session(connection, session_of(context))
    return user.hash


async def confirm_password_before_code(context: Context, given: str | None, path: str = "password") -> None:
    """The same where a code is asked for too: the attempt is forgiven after both, by `accept_code`."""
    user = await _admit_attempt(context, given, path, with_code=True)
    if user.hash is not None:
        await _compare_password(context, user, given or "", path)


async def admit_code(context: Context) -> None:
    """Count a code that is asked for alone."""
    async with context.transaction() as connection:
        admitted = await _count_attempt(connection, context, with_code=True)
    if not admitted:
        raise _too_many(["code"])


async def _admit_attempt(context: Context, given: str | None, path: str, *, with_code: bool = False) -> Row:
    async with context.transaction() as connection:
        user = await passwords.fetch_credentials(connection, own_staff_id(context))
        if user.hash is not None and given is None:
            raise _PASSWORD_REQUIRED(path=[path])
        needed = user.hash is not None or with_code
        admitted = not needed or await _count_attempt(connection, context, with_code=with_code)
    if not admitted:
        raise _too_many([path])
    return user


async def _count_attempt(connection: Connection, context: Context, *, with_code: bool) -> bool:
    session = session_of(context)
    if not await attempts.admit_in_session(connection, session):
        return False
    return not with_code or await attempts.admit_code_in_session(connection, session)


async def _compare_password(context: Context, user: Row, given: str, path: str) -> None:
    if await hashing.verify_password(given, user.hash):
        return
    async with context.transaction() as connection:
        await record_staff_event(
            connection, "PASSWORD_WRONG", by=actor_of(context.viewer), subject=encode_id("stf", user.id)
        )
    raise _too_many([path])


def _too_many(path: list[str]) -> RuleError:
    refusal = _CODE_REFUSED if path == ["code"] else PASSWORD_WRONG
    return refusal(path=path)


async def accept_code(connection: Connection, context: Context) -> None:
    """Every factor was right."""
    await attempts.forgive_in_session(connection, session_of(context))


async def refuse_code(connection: Connection, context: Context, user: Row) -> RuleError:
    """Record a wrong code, mail its owner, and end the session after ten. To be raised after the commit."""
    session, subject = session_of(context), encode_id("stf", user.id)
    by = actor_of(context.viewer)
    await record_staff_event(connection, "TOTP_WRONG", by=by, subject=subject)
    await notices.notify_owner(connection, user, "staff_code_wrong", address=by.address)
    if not await attempts.has_used_up_codes(connection, session):
        return _CODE_WRONG(path=["code"])
    await sessions.end_session_of_token(connection, session)
    await record_staff_event(connection, "SESSION_ENDED", by=by, subject=subject)
    return _SESSION_ENDED(path=["code"], limit=attempts.WRONG_CODES_PER_SESSION)


def own_staff_id(context: Context) -> int:
    staff_id = context.viewer.staff_id
    assert staff_id is not None
    return staff_id


def session_of(context: Context) -> bytes:
    session = context.viewer.session
    assert session is not None, "staff come with a session"
    return session
