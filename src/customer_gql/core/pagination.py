"""Relay connections by keyset: a cursor is the sort key and the id of a row, never an offset."""

import base64
import binascii
import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Annotated, Any, Generic, TypeVar

import orjson
import strawberry
from sqlalchemy import ColumnElement, Select, bindparam, func, select, tuple_

from .errors import BadInput
from .loading import DEFAULT_PAGE, Columns, Load, Read, first_of_each, one_by, page_size

T = TypeVar("T")


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="There are more after `endCursor`.")
    has_previous_page: bool = strawberry.field(description="There are more before `startCursor`.")
    start_cursor: str | None = strawberry.field(description="Cursor of the first node; null on an empty page.")
    end_cursor: str | None = strawberry.field(description="Cursor of the last node; null on an empty page.")


@strawberry.type(description="A node and its place in the list.")
class Edge(Generic[T]):
    cursor: str = strawberry.field(description="Opaque place of the node, for `after` and `before`.")
    node: T = strawberry.field(description="The node.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = strawberry.field(description="The nodes with their cursors.")
    nodes: list[T] = strawberry.field(description="The nodes.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")

    @strawberry.field(
        description="How many there are in the whole list, counted only when asked for.", metadata={"counted": True}
    )
    async def total_count(self: Any) -> int:
        return await self.count()


@dataclass(frozen=True, slots=True)
class Sort:
    """An order with the id last, so that no two rows are equal in it. Columns must not be null."""

    name: str
    columns: Columns
    descending: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(str(column.key) for column in self.columns)  # pyright: ignore

    def applied(self, statement: Select, *, backward: bool) -> Select:
        down = self.descending != backward
        return statement.order_by(*[column.desc() if down else column.asc() for column in self.columns])

    def beyond(self, *, backward: bool) -> ColumnElement[bool]:
        """Past the cursor, in reading direction."""
        place = tuple_(*[bindparam(f"place_{i}", type_=column.type) for i, column in enumerate(self.columns)])
        row = tuple_(*self.columns)
        return row < place if self.descending != backward else row > place

    def cursor(self, row: Any) -> str:
        values = [getattr(row, name) for name in self.names]
        return base64.urlsafe_b64encode(orjson.dumps([self.name, *values])).decode().rstrip("=")

    def place(self, cursor: str, argument: str) -> dict[str, Any]:
        """The values inside a cursor, by parameter; `BadInput` for a malformed one or one of another order."""
        try:
            name, *values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            if name != self.name or len(values) != len(self.columns):
                raise BadInput(f"{argument}: this cursor belongs to a list in another order.")
            typed = [_typed(value, column) for value, column in zip(values, self.columns, strict=True)]
        except (ValueError, TypeError, binascii.Error, orjson.JSONDecodeError):
            raise BadInput(f"{argument}: not a cursor of this list.") from None
        return {f"place_{i}": value for i, value in enumerate(typed)}


def _typed(value: Any, column: ColumnElement[Any]) -> Any:
    kind: type[Any] = column.type.python_type
    if kind is dt.datetime:
        return dt.datetime.fromisoformat(value)
    if not isinstance(value, kind) or isinstance(value, bool) or (kind is int and not -(1 << 63) <= value < 1 << 63):
        raise TypeError
    return value


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list is asked for."""

    size: int
    backward: bool
    cursor: str | None

    @classmethod
    def of(cls, first: int | None, after: str | None, last: int | None, before: str | None) -> "Window":
        first, after, last, before = (
            None if given is strawberry.UNSET else given for given in (first, after, last, before)
        )  # pyright: ignore
        if (first is not None or after is not None) and (last is not None or before is not None):
            raise BadInput("Page forward with first and after, or backward with last and before; not both at once.")
        if last is not None or before is not None:
            return cls(page_size(DEFAULT_PAGE if last is None else last, "last"), backward=True, cursor=before)
        return cls(page_size(DEFAULT_PAGE if first is None else first), backward=False, cursor=after)

    def arguments(self, sort: Sort) -> dict[str, Any]:
        # One row more than asked tells whether there is a next page.
        place = {} if self.cursor is None else sort.place(self.cursor, "before" if self.backward else "after")
        return {"limit": self.size + 1, **place}


class Page:
    """The rows of one window, as `Connection` shows them."""

    __slots__ = ("count", "counted_by", "key", "more", "nodes", "sort", "window")

    def __init__(
        self,
        rows: Sequence[Any],
        window: Window,
        sort: Sort,
        count: Callable[[], Awaitable[int]],
        *,
        counted_by: Read | None = None,
        key: Any = None,
    ) -> None:
        """`counted_by` is the read that counts the list of `key`, where one read counts many lists."""
        self.counted_by = counted_by
        self.key = key
        self.more = len(rows) > window.size
        nodes = rows[: window.size]
        self.nodes = list(reversed(nodes)) if window.backward else nodes
        self.window = window
        self.sort = sort
        self.count = count

    @property
    def edges(self) -> list[Edge[Any]]:
        return [Edge(cursor=self.sort.cursor(row), node=row) for row in self.nodes]

    @property
    def page_info(self) -> PageInfo:
        came_from = self.window.cursor is not None
        return PageInfo(
            has_next_page=came_from if self.window.backward else self.more,
            has_previous_page=self.more if self.window.backward else came_from,
            start_cursor=self.sort.cursor(self.nodes[0]) if self.nodes else None,
            end_cursor=self.sort.cursor(self.nodes[-1]) if self.nodes else None,
        )


class Pages:
    """Pages of children for many parents: four statements (forward or backward, from the end or from a cursor)."""

    __slots__ = ("_reads", "count", "sort")

    def __init__(self, statement: Select, *key: ColumnElement[Any], sort: Sort) -> None:
        self.sort = sort
        names = [str(part.key) for part in key]  # pyright: ignore
        self._reads = {
            (backward, positioned): Read(
                first_of_each(windowed(statement, sort, backward=backward, positioned=positioned), key),
                names,
                many=True,
            )
            for backward in (False, True)
            for positioned in (False, True)
        }
        froms = statement.get_final_froms()
        counted = select(*key, func.count().label("total")).select_from(*froms).group_by(*key)
        self.count = one_by(counted if statement.whereclause is None else counted.where(statement.whereclause), *key)

    def read(self, window: Window) -> Read:
        return self._reads[window.backward, window.cursor is not None]

    def load(self, context: Any, key: Any, window: Window) -> Awaitable[Page]:
        # Asked for here and not in the coroutine, so that it is in the same round as its neighbours.
        rows = context.load(self.read(window), key, **window.arguments(self.sort))

        async def page() -> Page:
            return self.page(context, key, await rows, window)

        return page()

    def page(self, context: Any, key: Any, rows: Sequence[Any], window: Window) -> Page:
        async def count() -> int:
            return total(await context.load(self.count, key))

        return Page(rows, window, self.sort, count, counted_by=self.count, key=key)


def total(counted: Any) -> int:
    """A list without rows has no row in the count."""
    return 0 if counted is None else counted.total


def windowed(statement: Select, sort: Sort, *, backward: bool, positioned: bool) -> Select:
    """In the order of the sort, from the end with `backward`, and with `positioned` past a cursor."""
    if positioned:
        statement = statement.where(sort.beyond(backward=backward))
    return sort.applied(statement, backward=backward)


First = Annotated[
    int | None, strawberry.argument(description="How many from the start on, 1 to 100; 20 when no size is given.")
]
After = Annotated[str | None, strawberry.argument(description="Start after this cursor.")]
Last = Annotated[int | None, strawberry.argument(description="How many from the end on, 1 to 100.")]
Before = Annotated[str | None, strawberry.argument(description="End before this cursor.")]


class Paged(Load):
    """The declaration left on a nested connection: which pages, and which columns of the parent hold the key."""

    __slots__ = ("pages",)

    def __init__(self, pages: Pages, key: tuple[str, ...]) -> None:
        self.pages = pages
        self.columns = key
        self.key = attrgetter(*key)
        self.limited = False


def paged(
    pages: Pages, *, key: str | tuple[str, ...], description: str, admin: bool = False, requires: str | None = None
) -> Any:
    """A nested connection, read for all parents in one statement. Nullable when it `requires` more of staff."""
    declared = Paged(pages, (key,) if isinstance(key, str) else key)
    key_of = declared.key

    def resolve(  # noqa: ANN202 - the annotation of the field decides
        root: strawberry.Parent[Any],
        info: strawberry.Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ):
        return pages.load(info.context, key_of(root), Window.of(first, after, last, before))

    metadata = {"load": declared, "requires": requires, **({"audience": "admin"} if admin else {})}
    description += f" Null, with an error, without the permission `{requires}`." if requires else ""
    return strawberry.field(resolver=resolve, description=description, metadata=metadata)
