"""The order of a grid's rows: up to three columns and the id, and a cursor that is bound to it (docs/domain/grid.md#grid-7)."""

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, or_, tuple_

from customer_gql.database.statements import AnySelect
from customer_gql.loading.pages import decode_cursor, encode_cursor

from .columns import GridColumn, is_added, order_empty_first
from .refusals import ATTRIBUTE_UNKNOWN, SORT_KEY_REPEATED, TOO_MANY_SORT_KEYS, bad_question

MAX_SORT_KEYS: Final = 3


class SortBy(NamedTuple):
    """A sort key, such as `LIFETIME_VALUE`, and its direction."""

    key: str
    is_descending: bool = False

    def __str__(self) -> str:
        return f"`{self.key}`, {'descending' if self.is_descending else 'ascending'}"


@dataclass(frozen=True, slots=True, eq=False)
class OrderPart:
    """A value that decides the order; `value` is null where it is empty, `ordered` never."""

    value: ColumnElement[Any]
    ordered: ColumnElement[Any]
    is_descending: bool

    def over(self, replace: Callable[[ColumnElement[Any]], ColumnElement[Any]]) -> "OrderPart":
        value = replace(self.value)
        return OrderPart(value, value if self.ordered is self.value else replace(self.ordered), self.is_descending)


class GridOrder:
    """An order over a source, by which `Page` makes cursors: each holds the values of the row, and the keys of its id."""

    def __init__(
        self, list_name: str, name: str, parts: Sequence[OrderPart], key: Sequence[ColumnElement[Any]]
    ) -> None:
        """The id breaks ties in the direction of the last part, so that one index gives the order both ways."""
        is_descending = parts[-1].is_descending
        self.list_name = list_name
        self.name = name
        self.parts = [*parts, *[OrderPart(part, part, is_descending) for part in key]]
        self.names = tuple(f"sort_{i}" for i in range(len(self.parts)))

    def over(self, replace: Callable[[ColumnElement[Any]], ColumnElement[Any]]) -> "GridOrder":
        """The same order by other expressions of the same values."""
        other = copy(self)
        other.parts = [part.over(replace) for part in self.parts]
        return other

    def selected(self) -> list[ColumnElement[Any]]:
        return [part.value.label(name) for name, part in zip(self.names, self.parts, strict=True)]

    def applied(self, statement: AnySelect, *, backward: bool) -> AnySelect:
        return _order_by(statement, self.parts, backward=backward)

    def applied_to_valued(self, statement: AnySelect, *, backward: bool) -> AnySelect:
        """The same order of rows that all have the first value, by the value as an index has it."""
        first = OrderPart(self.parts[0].value, self.parts[0].value, self.parts[0].is_descending)
        return _order_by(statement, [first, *self.parts[1:]], backward=backward)

    def applied_to_empty(self, statement: AnySelect, *, backward: bool) -> AnySelect:
        """The same order of rows of which none has the first value."""
        return _order_by(statement, self.parts[1:], backward=backward)

    def reapplied(self, statement: AnySelect, selected: Mapping[str, Any], *, backward: bool) -> AnySelect:
        """The same order of rows that were found already, by the columns that `selected` gave them."""
        for name, part in zip(self.names, self.parts, strict=True):
            is_descending = part.is_descending != backward
            column = selected[name]
            statement = statement.order_by(column.desc().nulls_last() if is_descending else column.asc().nulls_first())
        return statement

    def beyond(self, *, backward: bool) -> ColumnElement[bool]:
        """Past the cursor, in reading direction."""
        places = [_place(i, part) for i, part in enumerate(self.parts)]
        directions = {part.is_descending != backward for part in self.parts}
        if len(directions) == 1:
            row, place = tuple_(*[part.ordered for part in self.parts]), tuple_(*places)
            return row < place if directions.pop() else row > place
        return self._beyond_mixed(places, backward=backward)

    def _beyond_mixed(self, places: Sequence[ColumnElement[Any]], *, backward: bool) -> ColumnElement[bool]:
        condition: ColumnElement[bool] | None = None
        for part, place in reversed(list(zip(self.parts, places, strict=True))):
            further = part.ordered < place if part.is_descending != backward else part.ordered > place
            condition = further if condition is None else or_(further, and_(part.ordered == place, condition))
        assert condition is not None
        first, place = self.parts[0], places[0]
        # Says nothing more, but lets an index start at the cursor.
        start = first.ordered <= place if first.is_descending != backward else first.ordered >= place
        return and_(start, condition)

    def cursor(self, row: Any) -> str:
        return encode_cursor(self.list_name, self.name, [_to_json(getattr(row, name)) for name in self.names])

    def place(self, cursor: str, argument: str) -> dict[str, Any]:
        """The values inside a cursor, by parameter; `BadInput` for a malformed one or one of another list or order."""
        empty = {i for i, part in enumerate(self.parts) if part.ordered is not part.value}
        columns = [part.value for part in self.parts]
        return decode_cursor(cursor, argument, self.list_name, self.name, columns, empty=empty)


def _order_by(statement: AnySelect, parts: Sequence[OrderPart], *, backward: bool) -> AnySelect:
    return statement.order_by(
        *[part.ordered.desc() if part.is_descending != backward else part.ordered.asc() for part in parts]
    )


def _place(position: int, part: OrderPart) -> ColumnElement[Any]:
    parameter: ColumnElement[Any] = bindparam(f"place_{position}", type_=part.value.type)
    return parameter if part.ordered is part.value else order_empty_first(parameter)


def _to_json(value: Any) -> Any:
    # A sum comes as 1E+4 from the database.
    return str(int(value)) if isinstance(value, Decimal) else value


def make_order(
    list_name: str,
    columns_by_sort_key: Mapping[str, GridColumn],
    sort: Sequence[SortBy],
    key: Sequence[ColumnElement[Any]],
    *,
    first: OrderPart | None = None,
) -> GridOrder:
    """The order of these sort keys, which exist; `first` comes before them. Raises `BadInput` for too many or a repeated one."""
    if len(sort) > MAX_SORT_KEYS:
        raise bad_question(TOO_MANY_SORT_KEYS, ["sort"], limit=MAX_SORT_KEYS, count=len(sort))
    if len({by.key for by in sort}) < len(sort):
        raise bad_question(SORT_KEY_REPEATED, ["sort"])
    parts = [] if first is None else [first]
    for place, by in enumerate(sort):
        if is_added(by.key) and by.key not in columns_by_sort_key:
            raise bad_question(ATTRIBUTE_UNKNOWN, ["sort", str(place), "attributeCode"])
        column = columns_by_sort_key[by.key]
        parts.append(OrderPart(column.order_value, column.ordered, by.is_descending))
    name = ",".join(f"{by.key}:{'DESC' if by.is_descending else 'ASC'}" for by in sort)
    return GridOrder(list_name, name if first is None else f"SEARCH,{name}", parts, key)
