"""Pages by keyset: a cursor is the sort key and the id of a row, never an offset."""

import base64
import binascii
import datetime as dt
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, NamedTuple, Protocol

import orjson
from sqlalchemy import BigInteger, ColumnElement, SmallInteger, bindparam, func, select, tuple_

from customer_gql.core.errors import BadInput
from customer_gql.core.money import parse_decimal
from customer_gql.core.text import find_text_fault
from customer_gql.core.values.times import parse_date, parse_time
from customer_gql.database.statements import AnySelect

from .reader import Reader
from .reads import Columns, Read, first_of_keys, one_by

MAX_PAGE: Final = 100
DEFAULT_PAGE: Final = 20


def validate_page_size(asked: int, name: str = "first") -> int:
    if not 1 <= asked <= MAX_PAGE:
        raise BadInput(f"{name}: ask for 1 to {MAX_PAGE} at once, not {asked}.")
    return asked


@dataclass(frozen=True, slots=True)
class Sort:
    """An order with the id last, so that no two rows are equal in it. Columns must not be null."""

    name: str
    columns: Columns
    descending: bool = False
    list_name: str = field(init=False)
    """Stands in every cursor: a place in one list means nothing in another."""

    def __post_init__(self) -> None:
        table: Any = getattr(self.columns[-1], "table", None)
        object.__setattr__(self, "list_name", table.name)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(str(column.key) for column in self.columns)  # pyright: ignore

    def applied(self, statement: AnySelect, *, backward: bool) -> AnySelect:
        down = self.descending != backward
        return statement.order_by(*[column.desc() if down else column.asc() for column in self.columns])

    def beyond(self, *, backward: bool) -> ColumnElement[bool]:
        """Past the cursor, in reading direction."""
        place = tuple_(*[bindparam(f"place_{i}", type_=column.type) for i, column in enumerate(self.columns)])
        row = tuple_(*self.columns)
        return row < place if self.descending != backward else row > place

    def cursor(self, row: Any) -> str:
        return encode_cursor(self.list_name, self.name, [getattr(row, name) for name in self.names])

    def place(self, cursor: str, argument: str) -> dict[str, Any]:
        """The values inside a cursor, by parameter; `BadInput` for a malformed one or one of another list or order."""
        return decode_cursor(cursor, argument, self.list_name, self.name, self.columns)


def encode_cursor(list_name: str, sort_name: str, values: Sequence[Any]) -> str:
    encoded = orjson.dumps([list_name, sort_name, *values], default=str)
    return base64.urlsafe_b64encode(encoded).decode().rstrip("=")


def decode_cursor(
    cursor: str,
    argument: str,
    list_name: str,
    sort_name: str,
    columns: Sequence[ColumnElement[Any]],
    *,
    empty: Collection[int] = (),
) -> dict[str, Any]:
    """The values inside a cursor, by parameter; those of the columns at the places `empty` may be null."""
    try:
        its_list, its_sort, *values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if its_list != list_name:
            raise BadInput(f"{argument}: this cursor belongs to another list.")
        if its_sort != sort_name or len(values) != len(columns):
            raise BadInput(f"{argument}: this cursor belongs to a list in another order.")
        typed = [
            None if value is None and i in empty else _convert_value(value, column)
            for i, (value, column) in enumerate(zip(values, columns, strict=True))
        ]
    except (ValueError, TypeError, ArithmeticError, binascii.Error, orjson.JSONDecodeError):
        raise BadInput(f"{argument}: not a cursor of this list.") from None
    return {f"place_{i}": value for i, value in enumerate(typed)}


def _convert_value(value: Any, column: ColumnElement[Any]) -> Any:
    kind: type[Any] = column.type.python_type
    if kind is dt.datetime:
        return parse_time(value)
    if kind is dt.date:
        return parse_date(value)
    if kind is Decimal:
        return parse_decimal(value)
    is_flag = isinstance(value, bool)
    if not isinstance(value, kind) or is_flag != (kind is bool):
        raise TypeError
    if kind is int and not -(1 << _bits(column)) <= value < 1 << _bits(column):
        raise TypeError
    if isinstance(value, str) and find_text_fault(value) is not None:
        raise ValueError
    return value


def _bits(column: ColumnElement[Any]) -> int:
    """Of a number in the column, without its sign."""
    if isinstance(column.type, BigInteger):
        return 63
    return 15 if isinstance(column.type, SmallInteger) else 31


class ListOrder(Protocol):
    """The order of a list, as pages use it."""

    def cursor(self, row: Any) -> str: ...

    def place(self, cursor: str, argument: str) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list is asked for."""

    size: int
    backward: bool
    cursor: str | None

    @classmethod
    def of(cls, first: int | None, after: str | None, last: int | None, before: str | None) -> "Window":
        if (first is not None or after is not None) and (last is not None or before is not None):
            raise BadInput("Page forward with first and after, or backward with last and before; not both at once.")
        if last is not None or before is not None:
            return cls(validate_page_size(DEFAULT_PAGE if last is None else last, "last"), backward=True, cursor=before)
        return cls(validate_page_size(DEFAULT_PAGE if first is None else first), backward=False, cursor=after)

    def arguments(self, sort: ListOrder) -> dict[str, Any]:
        # One row more than asked tells whether there is a next page.
        place = {} if self.cursor is None else sort.place(self.cursor, "before" if self.backward else "after")
        return {"limit": self.size + 1, **place}


class PageEdge(NamedTuple):
    """A row and its cursor."""

    cursor: str
    node: Any


class PageBounds(NamedTuple):
    """Position of a page in its list."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


class Page:
    """The rows of one window, as `Connection` shows them."""

    __slots__ = ("count", "counted_by", "key", "more", "nodes", "sort", "window")

    def __init__(
        self,
        rows: Sequence[Any],
        window: Window,
        sort: ListOrder,
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
    def edges(self) -> list[PageEdge]:
        return [PageEdge(cursor=self.sort.cursor(row), node=row) for row in self.nodes]

    @property
    def page_info(self) -> PageBounds:
        came_from = self.window.cursor is not None
        return PageBounds(
            has_next_page=came_from if self.window.backward else self.more,
            has_previous_page=self.more if self.window.backward else came_from,
            start_cursor=self.sort.cursor(self.nodes[0]) if self.nodes else None,
            end_cursor=self.sort.cursor(self.nodes[-1]) if self.nodes else None,
        )


class Pages:
    """Pages of children for many parents: four statements (forward or backward, from the end or from a cursor)."""

    __slots__ = ("_reads", "count", "sort")

    def __init__(self, statement: AnySelect, *key: ColumnElement[Any], sort: Sort) -> None:
        self.sort = sort
        self._reads = {
            (backward, positioned): first_of_keys(
                apply_window(statement, sort, backward=backward, positioned=positioned), key
            )
            for backward in (False, True)
            for positioned in (False, True)
        }
        froms = statement.get_final_froms()
        counted = select(*key, func.count().label("total")).select_from(*froms).group_by(*key)
        self.count = one_by(counted if statement.whereclause is None else counted.where(statement.whereclause), *key)

    def read(self, window: Window) -> Read:
        return self._reads[window.backward, window.cursor is not None]

    def load(self, context: Reader, key: Any, window: Window, **given: Any) -> Awaitable[Page]:
        """`given` are the other parameters of the statement."""
        # Asked for here and not in the coroutine, so that it is in the same round as its neighbours.
        rows = context.load(self.read(window), key, **window.arguments(self.sort), **given)

        async def page() -> Page:
            return self.page(context, key, await rows, window, **given)

        return page()

    def page(self, context: Reader, key: Any, rows: Sequence[Any], window: Window, **given: Any) -> Page:
        async def count() -> int:
            return total_of(await context.load(self.count, key, **given))

        # A count with parameters of its own is not one for all pages of a round.
        return Page(rows, window, self.sort, count, counted_by=None if given else self.count, key=key)


def total_of(counted: Any) -> int:
    """A list without rows has no row in the count."""
    return 0 if counted is None else counted.total


def apply_window(statement: AnySelect, sort: Sort, *, backward: bool, positioned: bool) -> AnySelect:
    """In the order of the sort, from the end with `backward`, and with `positioned` past a cursor."""
    if positioned:
        statement = statement.where(sort.beyond(backward=backward))
    return sort.applied(statement, backward=backward)
