"""The list of changes. Its order never skips a committed one (docs/domain/customer-changes.md#customer-changes-3).

Rows are read by the number of their transaction. A transaction may commit after others with greater numbers, so numbers
below the oldest one that is still open are settled, and others are not. A reader who has passed the settled ones goes on to
the end, and from there back to where they ended: what is repeated there is the price of missing nothing.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Text, cast, func, select

from customer_gql.core.errors import BadInput
from customer_gql.customers.profile.tables import customer
from customer_gql.database.statements import compile_statement
from customer_gql.loading.lists import RootList
from customer_gql.loading.pages import Page, PageBounds, PageEdge, Sort, Window, decode_cursor, encode_cursor
from customer_gql.loading.reader import Reader

from .tables import SNAPSHOT_END, customer_change as change

_ORDER: Final = "CHANGES"
_LAST: Final = (1 << 63) - 1
_OLDEST_OPEN: Final = cast(cast(func.pg_snapshot_xmin(func.pg_current_snapshot()), Text()), BigInteger())
_END: Final = compile_statement(select(SNAPSHOT_END.label("snapshot_end")))
_PLACE: Final = (change.c.transaction_id, change.c.customer_id, change.c.website_id)
_RETURN: Final = Column("return_to", BigInteger)


class _FeedOrder(Sort):
    """By transaction. A cursor holds a fourth number: where the reader returns to from the end, if anywhere."""

    __slots__ = ()

    def place(self, cursor: str, argument: str) -> dict[str, Any]:
        place = decode_cursor(cursor, argument, self.list_name, self.name, (*_PLACE, _RETURN), empty={3})
        return {name: value for name, value in place.items() if name != "place_3"}

    def return_of(self, cursor: str | None) -> int | None:
        return None if cursor is None else self._decode(cursor)["place_3"]

    def latest_transaction(self, cursor: str) -> int:
        """The greatest number of a transaction that a cursor holds, which the database that gave it out had seen."""
        place = self._decode(cursor)
        return max(place["place_0"], (place["place_3"] or 0) - 1)

    def _decode(self, cursor: str) -> dict[str, Any]:
        return decode_cursor(cursor, "after", self.list_name, self.name, (*_PLACE, _RETURN), empty={3})

    def cursor_at(self, place: Sequence[int], return_to: int | None) -> str:
        return encode_cursor(self.list_name, self.name, [*place, return_to])


_SORT: Final = _FeedOrder(_ORDER, _PLACE)
_CHANGES: Final = RootList(
    select(change, customer.c.website_id.label("current_website_id"), _OLDEST_OPEN.label("oldest_open")).select_from(
        change.outerjoin(customer, customer.c.id == change.c.customer_id)
    ),
    [_SORT],
    website=change.c.website_id,
)


class ChangePage(Page):
    """A page of changes; its end has a cursor even where it is empty."""

    __slots__ = ("_return_to",)

    def __init__(self, page: Page) -> None:
        super().__init__(page.nodes, page.window, _SORT, page.count)
        self.more = page.more
        self._return_to = _SORT.return_of(page.window.cursor)

    @property
    def edges(self) -> list[PageEdge]:
        return [PageEdge(cursor=self._cursor_of(row), node=row) for row in self.nodes]

    @property
    def page_info(self) -> PageBounds:
        return PageBounds(
            has_next_page=self.more,
            has_previous_page=self.window.cursor is not None,
            start_cursor=self._cursor_of(self.nodes[0]) if self.nodes else None,
            end_cursor=self._end_cursor(),
        )

    def _cursor_of(self, row: Any) -> str:
        return _SORT.cursor_at([row.transaction_id, row.customer_id, row.website_id], self._return_after(row))

    def _return_after(self, row: Any) -> int | None:
        """Everything before the oldest transaction that was open has been read, once a row is not settled any more."""
        if self._return_to is not None:
            return self._return_to
        return row.oldest_open if row.transaction_id >= row.oldest_open else None

    def _end_cursor(self) -> str:
        return_to = self._return_after(self.nodes[-1]) if self.nodes else self._return_to
        if self.more or return_to is None:
            start = _SORT.cursor_at([0, 0, 0], None)
            return self._cursor_of(self.nodes[-1]) if self.nodes else self.window.cursor or start
        return _SORT.cursor_at([return_to - 1, _LAST, _LAST], None)


async def read_changes(context: Reader, window: Window) -> ChangePage:
    if window.cursor is not None:
        await _refuse_foreign_cursor(context, window.cursor)
    return ChangePage(await _CHANGES.page(context, window, _ORDER))


async def _refuse_foreign_cursor(context: Reader, cursor: str) -> None:
    """The database that gave the cursor out had seen transactions that this one has not come to. What those will write would
    be before the cursor (docs/domain/customer-changes.md#customer-changes-6)."""
    [found] = await context.fetch(_END)
    if _SORT.latest_transaction(cursor) >= found.snapshot_end:
        raise BadInput(
            "after: this cursor is of another database, such as the one before a restore. Begin without a cursor.",
            key="customer_changes.cursor_of_other_database",
            argument=["after"],
        )
