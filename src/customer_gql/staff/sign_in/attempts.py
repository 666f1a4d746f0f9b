"""Limits on guesses at passwords and codes of staff (docs/domain/staff-sign-in.md#staff-sign-in-2)."""

from customer_gql.core.viewer import ViewerKind
from customer_gql.database.statements import Connection
from customer_gql.security import address_limits, throttle
from customer_gql.settings import AudienceSettings


def failure_key(email: str) -> bytes:
    return throttle.account_key(ViewerKind.STAFF, "password", email)


async def check_peer(connection: Connection, address: str | None, limits: AudienceSettings) -> None:
    """Count an attempt of a network address. Raises `RateLimited` beyond the limit."""
    await address_limits.count_address_attempt(connection, ViewerKind.STAFF, address, limits)


async def admit_attempt(connection: Connection, email: str, address: str | None, limits: AudienceSettings) -> bool:
    """Count one attempt, and say whether it may be evaluated. Raises `RateLimited` for an address over its limit, which
    closes nobody's account."""
    await check_peer(connection, address, limits)
    return await throttle.count_failure(connection, failure_key(email)) is not None


async def forgive_peer(connection: Connection, address: str | None) -> None:
    await address_limits.take_back_address_attempt(connection, ViewerKind.STAFF, address)


async def forgive_attempt(connection: Connection, email: str, address: str | None) -> None:
    """The attempt was right: the account counts from zero, the address one less."""
    await forgive_peer(connection, address)
    await forgive_failures(connection, email)


async def forgive_failures(connection: Connection, email: str) -> None:
    await throttle.forget_failures(connection, [failure_key(email)])
