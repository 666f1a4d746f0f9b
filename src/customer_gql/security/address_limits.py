"""Limits on what one network address may try (docs/domain/sign-in.md#sign-in-5).

An attempt is counted before it is evaluated, and taken back when it was right: an office, or a server that calls for
its shoppers, signs in as often as it likes. The answer says how long to wait, because an address is no account, so the
limit reveals nothing.
"""

import datetime as dt
import math

from sqlalchemy import case, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from customer_gql.core.errors import RateLimited
from customer_gql.core.viewer import ViewerKind
from customer_gql.database.statements import Connection, execute_statement, fetch_one, fetch_value
from customer_gql.settings import AudienceSettings

from .tables import throttle
from .throttle import peer_key

_ATTEMPT = "attempt"


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
    await require_within(connection, key, limit=limits.address_attempts, window=window)


async def take_back_address_attempt(connection: Connection, identity: ViewerKind, address: str | None) -> None:
    """The attempt was right, so it does not count against the others behind the same address."""
    counted = update(throttle).where(throttle.c.key_hash == peer_key(identity, _ATTEMPT, address), throttle.c.count > 0)
    await execute_statement(connection, counted.values(count=throttle.c.count - 1))


async def require_within(
    connection: Connection,
    key: bytes,
    *,
    limit: int,
    window: dt.timedelta,
    message: str = "Too many attempts came from this network address.",
) -> None:
    """Count one more since the window began. Raises `RateLimited`, and counts nothing, when the limit was reached."""
    now = dt.datetime.now(dt.UTC)
    is_over = throttle.c.until <= now
    insert = upsert(throttle).values(key_hash=key, count=1, until=now + window)
    counted = await fetch_one(
        connection,
        insert.on_conflict_do_update(
            index_elements=["key_hash"],
            set_={
                "count": case((is_over, 1), else_=throttle.c.count + 1),
                "until": case((is_over, insert.excluded.until), else_=throttle.c.until),
            },
            where=or_(is_over, throttle.c.count < limit),
        ).returning(throttle.c.count),
    )
    if counted is None:
        until = await fetch_value(connection, select(throttle.c.until).where(throttle.c.key_hash == key))
        wait = max(1, math.ceil(((until or now) - now).total_seconds()))
        raise RateLimited(f"{message} Try again in {wait} s.", retryAfter=wait)
