"""Limits on guesses at passwords and codes of staff. They cannot be configured (docs/domain/staff-sign-in.md#staff-sign-in-2)."""

from customer_gql.core.viewer import ViewerKind
from customer_gql.database.statements import Connection
from customer_gql.security import throttle


def failure_key(email: str) -> bytes:
    return throttle.account_key(ViewerKind.STAFF, "password", email)


async def admit_attempt(connection: Connection, email: str, address: str | None) -> bool:
    """Count one attempt, and say whether it may be evaluated. A peer over its limit closes nobody's account."""
    if not await throttle.count_peer_attempt(connection, ViewerKind.STAFF, address):
        return False
    return await throttle.count_failure(connection, failure_key(email)) is not None


async def forgive_attempt(connection: Connection, email: str, address: str | None) -> None:
    """The attempt was right: the account counts from zero, the peer one less."""
    await throttle.take_back_peer_attempt(connection, ViewerKind.STAFF, address)
    await forgive_failures(connection, email)


async def forgive_failures(connection: Connection, email: str) -> None:
    await throttle.forget_failures(connection, [failure_key(email)])
