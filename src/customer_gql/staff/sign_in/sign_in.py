"""Signing in: one neutral answer, after as much work, for whatever was wrong.

Each attempt is counted in a transaction of its own before it is looked at, and nothing holds a connection while the
password is hashed; so a sign-in is two transactions, unlike other mutations.
"""

from dataclasses import dataclass
from typing import Final

from customer_gql.core.errors import Refusal
from customer_gql.core.ids import encode_id
from customer_gql.core.values.emails import normalize_email
from customer_gql.core.viewer import ViewerKind
from customer_gql.database.statements import Connection, Row, fetch_one
from customer_gql.graph.context import Context
from customer_gql.security import devices, hashing
from customer_gql.security.passwords import renew_hash
from customer_gql.security.sessions import SessionGrant
from customer_gql.staff.audit.writes import actor_without_token, record_staff_event
from customer_gql.staff.reads import CREDENTIALS
from customer_gql.staff.tables import SignedInBy, staff_password, staff_user

from . import attempts, notices, passwords, sessions, totp

_SIGN_IN_REFUSED: Final = Refusal(
    "staff_sign_in.refused",
    "The address, the password or the code is wrong, or sign-in is closed for a while.",
)


@dataclass(frozen=True, slots=True)
class SignInAttempt:
    """The credentials of a sign-in."""

    email: str
    password: str
    code: str | None
    device_token: str | None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The session, and the token by which this device is known next time."""

    grant: SessionGrant
    device_token: str


async def sign_in_staff(context: Context, attempt: SignInAttempt) -> SignedIn:
    passwords.require_passwords(context.settings)
    refusal = _SIGN_IN_REFUSED()
    async with context.database.writes.acquire() as connection:
        found = await fetch_one(connection, CREDENTIALS.where(staff_user.c.email == normalize_email(attempt.email)))
        owner = None if found is None else found.id
        device = await devices.find_device(connection, ViewerKind.STAFF, owner, attempt.device_token)
        admitted = await attempts.admit_sign_in(
            connection, attempt.email, context.caller.address, device, context.settings.admin
        )
    if not admitted:
        raise refusal
    usable = found if found is not None and found.is_active else None
    is_right = await hashing.verify_password(attempt.password, None if usable is None else usable.hash)
    async with context.transaction() as connection:
        signed_in = None
        if usable is not None and is_right:
            signed_in = await _let_in(connection, usable, attempt, device, context)
        if signed_in is None:
            await _record_failure(connection, found, context.caller.address)
    if usable is None or signed_in is None:
        raise refusal
    await renew_hash(context.database, staff_password, usable.id, attempt.password, usable.hash)
    return signed_in


async def _let_in(
    connection: Connection, judged: Row, attempt: SignInAttempt, device: bytes | None, context: Context
) -> SignedIn | None:
    """A session, unless the password was changed or the user deactivated while it was verified, or the code is wrong.

    The code is looked at last: it is worth nothing without the password, and would be used up.
    """
    user = await passwords.fetch_credentials(connection, judged.id)
    if not user.is_active or user.hash != judged.hash:
        return None
    address = context.caller.address
    match await totp.check_second_factor(connection, user, attempt.code, context.settings):
        case totp.FactorCheck.MISSING:
            return None
        case totp.FactorCheck.WRONG:
            # The password was right, so it is known to the one who entered the code.
            await notices.notify_owner(connection, user, "staff_code_wrong", address=address)
            return None
        case totp.FactorCheck.RECOVERY_CODE:
            await totp.report_used_recovery_code(connection, user, address=address)
        case totp.FactorCheck.PASSED:
            pass
    await attempts.forgive_sign_in(connection, user.email, address, device)
    return await _start_session(connection, user, attempt, context)


async def _start_session(connection: Connection, user: Row, attempt: SignInAttempt, context: Context) -> SignedIn:
    address = context.caller.address
    by = actor_without_token(user.id, address)
    await record_staff_event(connection, "SIGNED_IN", by=by, subject=encode_id("stf", user.id))
    device = await devices.remember_device(connection, ViewerKind.STAFF, user.id, attempt.device_token)
    if device.is_new:
        await notices.notify_owner(connection, user, "staff_new_device", address=address)
    grant = await sessions.sign_in_staff_user(
        connection, user.id, by=SignedInBy.PASSWORD, address=address, user_agent=context.caller.user_agent or None
    )
    return SignedIn(grant, device.token)


async def _record_failure(connection: Connection, tried: Row | None, address: str) -> None:
    by = actor_without_token(None, address)
    subject = None if tried is None else encode_id("stf", tried.id)
    await record_staff_event(connection, "SIGN_IN_FAILED", by=by, subject=subject)
