"""Limits on what one network address may try (docs/domain/sign-in.md#sign-in-5).

An attempt is counted before it is evaluated, and taken back when it was right: an office, or a server that calls for
its shoppers, signs in as often as it likes. The answer says how long to wait, because an address is no account, so the
limit reveals nothing.
"""

import datetime as dt
from typing import Final

from sqlalchemy import update

from customer_gql.core.viewer import ViewerKind
from customer_gql.database.statements import Connection, execute_statement
from customer_gql.settings import AudienceSettings

from .tables import throttle
from .throttle import peer_key, require_within

_ATTEMPT: Final = "attempt"
_MESSAGE: Final = "Too many attempts came from this network address."


async def count_address_attempt(
    connection: Connection,
    identity: ViewerKind,
    address: str | None,
    limits: AudienceSettings,
    *,
    counter: str = _ATTEMPT,
) -> None:
    """Count an attempt from a network address, whatever it tries. Raises `RateLimited` beyond the limit."""
    window = dt.timedelta(seconds=limits.address_seconds)
    key = peer_key(identity, counter, address)
    await require_within(connection, key, limit=limits.address_attempts, window=window, message=_MESSAGE)


async def take_back_address_attempt(connection: Connection, identity: ViewerKind, address: str | None) -> None:
    """The attempt was right, so it does not count against the others behind the same address."""
    counted = update(throttle).where(throttle.c.key_hash == peer_key(identity, _ATTEMPT, address), throttle.c.count > 0)
    await execute_statement(connection, counted.values(count=throttle.c.count - 1))
