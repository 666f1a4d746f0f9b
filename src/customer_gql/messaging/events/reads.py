"""The feed: events after a position, read in one statement, so that it sees one state of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Integer,
    Text,
    any_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    true,
)

from customer_gql.core.actor import ActorKind
from customer_gql.core.ids import encode_id
from customer_gql.core.viewer import Websites
from customer_gql.database.statements import Connection, Row, compile_statement, fetch_rows

from .event_types import EVENT_TYPES
from .tables import FEED, domain_event as event, domain_event_feed as feed

SCANNED: Final = 100_000
"""Positions that one read looks at: how many events are passed over for a rare type or a small website is limited."""

_after: Any = bindparam("after", type_=BigInteger())
_start = func.greatest(func.coalesce(_after, feed.c.deleted_through), feed.c.deleted_through)
_end = func.least(_start + literal_column(str(SCANNED)), feed.c.position)
_websites: Any = bindparam("website_ids", type_=ARRAY(BigInteger()))
_IS_WITHIN: Final = or_(
    bindparam("is_everywhere", type_=Boolean()),
    event.c.website_id == any_(_websites),
    event.c.website_ids.op("<@", is_comparison=True)(_websites),
)
_IS_OF_TYPE: Final = event.c.type == any_(bindparam("types", type_=ARRAY(Text())))
_events = (
    select(event)
    .where(event.c.position > _start, event.c.position <= _end, _IS_OF_TYPE, _IS_WITHIN)
    .order_by(event.c.position)
    .limit(bindparam("most", type_=Integer()))
    .lateral("events")
)
EVENTS_AFTER: Final = compile_statement(
    select(
        feed.c.deleted_through,
        feed.c.position.label("last_position"),
        _end.label("scanned_to"),
        *_events.c,
    )
    .select_from(feed.outerjoin(_events, true()))
    .where(feed.c.name == FEED)
    .order_by(_events.c.position)
)
COUNT_OF_EVENTS: Final = compile_statement(
    select(func.count().label("total")).where(event.c.position.is_not(None), _IS_OF_TYPE, _IS_WITHIN)
)
_ENDS_OF_FEED: Final = compile_statement(select(feed.c.deleted_through, feed.c.position).where(feed.c.name == FEED))
_PREFIXES: Final = {ActorKind.CUSTOMER: "cus", ActorKind.STAFF: "stf", ActorKind.SERVICE: "svt"}


@dataclass(frozen=True, slots=True)
class EventBatch:
    """Events after a position, in the order of the feed. `end` is where to read on, also where nothing was found.

    `is_expired` says that events after the position were deleted for their age, so that the reader has missed some.
    """

    events: Sequence[Row]
    end: int
    last_position: int
    is_expired: bool

    @property
    def has_more(self) -> bool:
        return self.end < self.last_position


async def read_events_after(
    connection: Connection,
    after: int | None,
    *,
    most: int,
    types: Collection[str] | None = None,
    websites: Websites = None,
) -> EventBatch:
    """Up to so many events after a position, or from the oldest one: of some types or all, for somebody who reaches these
    websites. A batch may be empty and still have more after it; see `SCANNED`."""
    rows = await fetch_rows(connection, EVENTS_AFTER, after=after, most=most, **narrow_events(types, websites))
    return make_batch(rows, after, most)


def narrow_events(types: Collection[str] | None, websites: Websites) -> dict[str, Any]:
    """Parameters of `EVENTS_AFTER`. A type that this version does not know is left out, since it has no name."""
    return {
        "types": sorted(EVENT_TYPES if types is None else types),
        "is_everywhere": websites is None,
        "website_ids": sorted(websites or ()),
    }


def make_batch(rows: Sequence[Row], after: int | None, most: int) -> EventBatch:
    """The rows of `EVENTS_AFTER`; the feed stands in each of them, and there is one where no event is."""
    [first, *_] = rows
    events = [row for row in rows if row.position is not None]
    # A full page ends at its last event, and any other where the statement stopped looking.
    end = events[-1].position if len(events) == most else first.scanned_to
    return EventBatch(events, end, first.last_position, after is not None and after < first.deleted_through)


async def find_ends_of_feed(connection: Connection) -> Row:
    """The last position of which an event was deleted, and the last one that was given."""
    [ends] = await fetch_rows(connection, _ENDS_OF_FEED)
    return ends


async def find_last_position(connection: Connection) -> int:
    """The position of the newest event that has one; those after it are still to come."""
    return (await find_ends_of_feed(connection)).position


def is_event_within(event: Any, websites: Websites) -> bool:
    """Whether somebody who reaches these websites may read an event, as `EVENTS_AFTER` has it."""
    if websites is None or event.website_id in websites:
        return True
    return event.website_ids is not None and websites.issuperset(event.website_ids)


def describe_event(event: Any) -> dict[str, Any]:
    """What an event tells besides its subject, as other systems get it: ids and names of fields."""
    actor = ActorKind(event.actor)
    told: dict[str, Any] = {"actor": actor.value}
    if event.actor_id is not None and actor in _PREFIXES:
        told["actorId"] = encode_id(_PREFIXES[actor], event.actor_id)
    if event.website_id is not None:
        told["websiteId"] = encode_id("web", event.website_id)
    if event.job_id is not None:
        told["jobId"] = encode_id("job", event.job_id)
    if event.version is not None:
        told["version"] = event.version
    return {**told, "changedFields": list(event.changed_fields)}
