"""The feed of events as a list with cursors (docs/domain/events.md#events-7)."""

from collections.abc import Collection
from typing import Any, Final

from customer_gql.core.errors import BadInput
from customer_gql.database.statements import Connection
from customer_gql.loading.pages import Page, PageBounds, Sort, Window, encode_cursor
from customer_gql.loading.reader import Reader
from customer_gql.messaging.events.reads import (
    COUNT_OF_EVENTS,
    EVENTS_AFTER,
    EventBatch,
    find_ends_of_feed,
    make_batch,
    narrow_events,
)
from customer_gql.messaging.events.tables import domain_event

_ORDER: Final = Sort("FEED", (domain_event.c.position,))


def encode_event_cursor(position: int) -> str:
    return encode_cursor(_ORDER.list_name, _ORDER.name, [position])


def decode_event_cursor(cursor: str, argument: str = "after") -> int:
    """The position in a cursor; `BadInput` for anything else."""
    return _ORDER.place(cursor, argument)["place_0"]


class EventPage(Page):
    """A page of the feed; its end has a cursor even where it is empty."""

    __slots__ = ("_batch",)

    def __init__(self, batch: EventBatch, window: Window, count: Any) -> None:
        super().__init__(batch.events, window, _ORDER, count)
        self.more = batch.has_more
        self._batch = batch

    @property
    def page_info(self) -> PageBounds:
        return PageBounds(
            has_next_page=self._batch.has_more,
            has_previous_page=self.window.cursor is not None,
            start_cursor=_ORDER.cursor(self.nodes[0]) if self.nodes else None,
            end_cursor=encode_event_cursor(self._batch.end),
        )


async def read_event_page(context: Reader, window: Window, types: Collection[str] | None) -> EventPage:
    """Raises `BadInput` for a cursor that expired or is of another database."""
    after = None if window.cursor is None else decode_event_cursor(window.cursor)
    narrowed = narrow_events(types, context.viewer.website_ids)
    rows = await context.fetch(EVENTS_AFTER, after=after, most=window.size, **narrowed)
    batch = make_batch(rows, after, window.size)
    refuse_lost_cursor(batch, after)

    async def count() -> int:
        [counted] = await context.fetch(COUNT_OF_EVENTS, **narrowed)
        return counted.total

    return EventPage(batch, window, count)


def refuse_lost_cursor(batch: EventBatch, after: int | None) -> None:
    """Refuse a position from which nobody can read on without missing events."""
    if after is not None:
        _refuse_lost_position(after, batch.last_position, is_expired=batch.is_expired, argument="after")


async def read_feed_range(connection: Connection, after: str | None, until: str | None) -> tuple[int, int]:
    """The positions after which a part of the feed begins, and with which it ends; the whole feed without cursors. Raises
    `BadInput` for a cursor that expired, is of another database, or is none."""
    feed = await find_ends_of_feed(connection)
    places = {"after": feed.deleted_through, "until": feed.position}
    for name, cursor in (("after", after), ("until", until)):
        if cursor is not None:
            place = decode_event_cursor(cursor, name)
            is_expired = place < feed.deleted_through
            _refuse_lost_position(place, feed.position, is_expired=is_expired, argument=name)
            places[name] = place
    return places["after"], places["until"]


def _refuse_lost_position(place: int, last_position: int, *, is_expired: bool, argument: str) -> None:
    if is_expired:
        raise BadInput(
            f"{argument}: events after this cursor were deleted for their age (setting events.kept_days). Read the customers "
            "again, and begin without a cursor.",
            key="events.cursor_expired",
            argument=[argument],
        )
    if place > last_position:
        raise BadInput(
            f"{argument}: this cursor is of another database, such as the one before a restore. Begin without a cursor.",
            key="events.cursor_of_other_database",
            argument=[argument],
        )
