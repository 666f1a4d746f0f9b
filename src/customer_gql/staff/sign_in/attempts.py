"""Limits on guesses at passwords and codes of staff (docs/domain/staff-sign-in.md#staff-sign-in-2).

Guesses of strangers are counted by address, those on a known device by the device, and those in a session by the session,
so that none of the three delays another.
"""

import datetime as dt
from typing import Final

from customer_gql.core.viewer import ViewerKind
from customer_gql.database.statements import Connection
from customer_gql.security import throttle
from customer_gql.settings import AudienceSettings

WRONG_CODES_PER_SESSION: Final = 10
_LONGER_THAN_A_SESSION: Final = dt.timedelta(days=1)


def failure_key(email: str) -> bytes:
    return throttle.account_key(ViewerKind.STAFF, "password", email)


def session_failure_key(session: bytes) -> bytes:
    return throttle.account_key(ViewerKind.STAFF, "session", session.hex())


def session_code_key(session: bytes) -> bytes:
    return throttle.account_key(ViewerKind.STAFF, "code", session.hex())


async def admit_sign_in(
    connection: Connection, email: str, address: str | None, device: bytes | None, limits: AudienceSettings
) -> bool:
    """Count a sign-in, and say whether it may be evaluated. Raises `RateLimited` for an address over its limit.

    On a known device only its own failures count: neither strangers nor others behind the same address delay it.
    """
    if device is not None:
        return await throttle.count_failure(connection, throttle.device_key(ViewerKind.STAFF, device)) is not None
    await check_peer(connection, address, limits)
    return await throttle.count_failure(connection, failure_key(email)) is not None


async def check_peer(connection: Connection, address: str | None, limits: AudienceSettings) -> None:
    """Count an attempt of a network address. Raises `RateLimited` beyond the limit; no account is closed by that."""
    await throttle.count_address_attempt(connection, ViewerKind.STAFF, address, limits)


async def forgive_peer(connection: Connection, address: str | None) -> None:
    await throttle.take_back_address_attempt(connection, ViewerKind.STAFF, address)


async def forgive_sign_in(connection: Connection, email: str, address: str | None, device: bytes | None) -> None:
    """Every factor was right: the counters that this sign-in was counted by do not count it."""
    if device is not None:
        await throttle.forget_failures(connection, [throttle.device_key(ViewerKind.STAFF, device)])
        return
    await forgive_peer(connection, address)
    await forgive_failures(connection, email)


async def forgive_failures(connection: Connection, email: str) -> None:
    await throttle.forget_failures(connection, [failure_key(email)])


async def admit_in_session(connection: Connection, session: bytes) -> bool:
    """Count a confirmation in a session, and say whether what was given may be compared."""
    return await throttle.count_failure(connection, session_failure_key(session)) is not None


async def admit_code_in_session(connection: Connection, session: bytes) -> bool:
    """Count a code in a session, and say whether it may be compared."""
    return await throttle.count_within(
        connection, session_code_key(session), limit=WRONG_CODES_PER_SESSION, window=_LONGER_THAN_A_SESSION
    )


async def has_used_up_codes(connection: Connection, session: bytes) -> bool:
    counted = await throttle.counted_failures(connection, [session_code_key(session)])
    return any(row.count >= WRONG_CODES_PER_SESSION for row in counted)


async def forgive_in_session(connection: Connection, session: bytes) -> None:
    """Every factor that was asked for in the session was right."""
    await throttle.forget_failures(connection, [session_failure_key(session), session_code_key(session)])
