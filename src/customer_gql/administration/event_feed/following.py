"""The feed for those who follow it: new events once for all of them, older ones page by page (docs/domain/live.md#live-7)."""

from bisect import bisect_right
from collections.abc import AsyncGenerator, Collection, Hashable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

from customer_gql.database.pools import Database
from customer_gql.database.statements import Row
from customer_gql.graph.context import Context
from customer_gql.graph.live import LiveEvent
from customer_gql.loading.followed import Followed, Follower
from customer_gql.messaging.events.reads import (
    EVENTS_AFTER,
    find_last_position,
    is_event_within,
    make_batch,
    narrow_events,
    read_events_after,
)

from .feed import decode_event_cursor, encode_event_cursor, refuse_lost_cursor

_KEPT: Final = 2_000  # new events in memory; who is slower reads pages
_PAGE: Final = 100
_position_of: Final = attrgetter("position")


@dataclass(frozen=True, slots=True)
class RecentEvents:
    """All events after the position `start`, as far as `end`."""

    start: int
    end: int
    events: Sequence[Row]

    def after(self, position: int) -> Sequence[Row]:
        return self.events[bisect_right(self.events, position, key=_position_of) :]


async def _read_recent(database: Database, _keys: Collection[Hashable], before: RecentEvents | None) -> RecentEvents:
    async with database.reads.acquire() as connection:
        if before is None:
            last = await find_last_position(connection)
            return RecentEvents(last, last, ())
        batch = await read_events_after(connection, before.end, most=_KEPT)
    if batch.end == before.end:
        return before
    events = [*before.events, *batch.events]
    dropped = events[:-_KEPT]
    start = batch.last_position if batch.is_expired else dropped[-1].position if dropped else before.start
    return RecentEvents(start, batch.end, events[-_KEPT:])


FOLLOWED_EVENTS: Final[Followed[RecentEvents]] = Followed("events", _read_recent)


async def follow_events(
    context: Context, after: str | None, types: Collection[str] | None
) -> AsyncGenerator[LiveEvent]:
    """Events after a cursor, or those from now on. Raises `BadInput` for a cursor that expired or is of another database.

    A client that is slow is read for less often: it stays at its place in the feed, and misses nothing.
    """
    place = None if after is None else decode_event_cursor(after)
    with FOLLOWED_EVENTS.follow(context.database, seconds=context.settings.live.poll_seconds) as follower:
        recent = await follower.wait()
        place = recent.end if place is None else place
        while True:
            events, end = await _read_from(context, place, recent, types)
            for event in events:
                if is_event_within(event, context.viewer.website_ids):
                    yield LiveEvent(event, encode_event_cursor(event.position))
            place = max(place, end)
            recent = await _find_newer(follower, recent, place)


async def _read_from(
    context: Context, place: int, recent: RecentEvents, types: Collection[str] | None
) -> tuple[Sequence[Row], int]:
    """Events after a place, and where to read on."""
    if recent.start <= place <= recent.end:
        return [event for event in recent.after(place) if types is None or event.type in types], recent.end
    narrowed = narrow_events(types, context.viewer.website_ids)
    batch = make_batch(await context.fetch(EVENTS_AFTER, after=place, most=_PAGE, **narrowed), place, _PAGE)
    refuse_lost_cursor(batch, place)
    return batch.events, batch.end


async def _find_newer(follower: Follower[RecentEvents], recent: RecentEvents, place: int) -> RecentEvents:
    """Who has caught up waits for more; anybody else goes on at once."""
    return await follower.wait() if follower.is_behind or place >= recent.end else recent
