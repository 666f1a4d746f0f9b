"""Positions of events, given after the commit by one step at a time (docs/domain/events.md#events-6).

An event is seen when its transaction has committed, and only then gets a position above all that were given before. So a
reader who has passed a position has passed everything below it, however long other transactions stay open.
"""

from typing import Any, Final

from sqlalchemy import BigInteger, Integer, bindparam, func, select, update

from customer_gql.database.pools import Database
from customer_gql.database.statements import Connection, compile_statement, execute_statement, fetch_one, fetch_value
from customer_gql.messaging.jobs.work import Tools

from .tables import FEED, domain_event as event, domain_event_feed as feed

BATCH: Final = 10_000
"""Events that get their positions together."""

_unnumbered = event.c.position.is_(None)
_IS_THERE_ANY: Final = compile_statement(select(select(event.c.id).where(_unnumbered).exists()))
_lock = select(feed.c.position).where(feed.c.name == FEED)
_WAIT_FOR_FEED: Final = compile_statement(_lock.with_for_update())
_TAKE_FEED: Final = compile_statement(_lock.with_for_update(skip_locked=True))
_next = (
    select(event.c.id, event.c.written)
    .where(_unnumbered)
    .order_by(event.c.written, event.c.id)
    .limit(bindparam("most", type_=Integer()))
    .subquery("next")
)
_place: Any = func.row_number().over(order_by=[_next.c.written, _next.c.id])
_chosen = select(_next.c.id, _place.label("place")).cte("chosen")
_last: Any = bindparam("last", type_=BigInteger())
_numbered = (
    update(event)
    .where(event.c.id == _chosen.c.id)
    .values(position=_last + _chosen.c.place)
    .returning(event.c.position)
    .cte("numbered")
)
# A statement of its own after the lock, so that it sees what was committed before, and what others have numbered.
_NUMBER: Final = compile_statement(
    select(func.count().label("count"), func.max(_numbered.c.position).label("last")).select_from(_numbered)
)
_ADVANCE: Final = compile_statement(update(feed).where(feed.c.name == FEED).values(position=_last))


async def number_events(tools: Tools) -> int:
    """Give positions to events that have none yet; how many, and 0 where another worker is at it. For a `Poll`."""
    async with tools.database.writes.acquire() as connection:
        if not await fetch_value(connection, _IS_THERE_ANY):
            return 0
    return await number_batch(tools.database)


async def number_batch(database: Database, most: int = BATCH) -> int:
    async with database.transaction() as connection:
        last = await fetch_value(connection, _TAKE_FEED)
        return 0 if last is None else await _number_after(connection, last, most)


async def number_all_events(connection: Connection) -> int:
    """Give positions to everything that is committed, in the caller's transaction, which keeps others from giving any; the
    last position."""
    last: int = await fetch_value(connection, _WAIT_FOR_FEED)
    while await _number_after(connection, last, BATCH):
        last = await fetch_value(connection, _WAIT_FOR_FEED)
    return last


async def _number_after(connection: Connection, last: int, most: int) -> int:
    numbered = await fetch_one(connection, _NUMBER, last=last, most=most)
    assert numbered is not None
    if numbered.count:
        await execute_statement(connection, _ADVANCE, last=numbered.last)
    return numbered.count
