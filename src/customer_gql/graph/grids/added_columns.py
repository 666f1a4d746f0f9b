"""Columns that a shop adds to a grid while it runs: how they are found, and a question that names them."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from customer_gql.database.statements import Connection, Statement, fetch_rows
from customer_gql.graph.context import Context
from customer_gql.loading.grids.columns import ATTRIBUTE_KEY, GridColumn, attribute_key, is_added
from customer_gql.loading.grids.filters import FilterTree, used_columns
from customer_gql.loading.grids.halves import Joins
from customer_gql.loading.grids.orders import SortBy
from customer_gql.loading.grids.refusals import ATTRIBUTE_NOT_NAMED, bad_question
from customer_gql.loading.reads import Read

from .inputs import SortDirection

if TYPE_CHECKING:
    from .types import GridTypes


@dataclass(frozen=True, slots=True)
class AddedColumns:
    """What definitions of attributes add to a grid: columns, what decides the orders by them, and which of them are personal."""

    columns: Mapping[str, GridColumn]
    orders: Joins
    personal: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class ColumnSource:
    """Where the definitions are: `read` gives all of `key`, `statement` is the same outside of a request. `make` is asked once for
    the same definitions; `identity` tells which those are. It gets what belongs to them by `load_parts`, or outside of a request
    by `fetch_parts`, which is the same as long as they are."""

    read: Read
    key: Any
    statement: Statement
    identity: Callable[[Any], tuple[Any, ...]]
    make: Callable[[Sequence[Any], Mapping[int, Any]], AddedColumns]
    load_parts: Callable[[Context, Sequence[Any]], Awaitable[Mapping[int, Any]]]
    fetch_parts: Callable[[Connection, Sequence[Any]], Awaitable[Mapping[int, Any]]]


class _Definitions:
    """Definitions as the key of a cache."""

    __slots__ = ("_identity", "rows")

    def __init__(self, source: ColumnSource, rows: Sequence[Any]) -> None:
        self.rows = rows
        self._identity = tuple(source.identity(row) for row in rows)

    def __hash__(self) -> int:
        return hash(self._identity)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Definitions) and self._identity == other._identity


async def add_columns(context: Context, types: "GridTypes") -> "GridTypes":
    """The types with the columns that the shop added."""
    source = types.added
    if source is None:
        return types
    rows = await context.load(source.read, source.key)
    return await _extend(types, source, rows, lambda: source.load_parts(context, rows))


async def add_named_columns(context: Context, types: "GridTypes", used: Iterable[str]) -> "GridTypes":
    """The same where one of them is used; without a statement where none is."""
    return await add_columns(context, types) if any(map(is_added, used)) else types


async def add_columns_of_job(connection: Connection, types: "GridTypes", used: Iterable[str]) -> "GridTypes":
    """The same outside of a request."""
    source = types.added
    if source is None or not any(map(is_added, used)):
        return types
    rows = await fetch_rows(connection, source.statement)
    return await _extend(types, source, rows, lambda: source.fetch_parts(connection, rows))


def name_columns(
    filters: Iterable[FilterTree | None], sort: Iterable[SortBy] = (), columns: Iterable[str] = ()
) -> Collection[str]:
    """The keys that a question names, whether or not there are such columns."""
    return {*(key for tree in filters for key in used_columns(tree)), *(by.key for by in sort), *columns}


def read_sort(sort: Sequence[Mapping[str, Any]] | None) -> list[SortBy]:
    """The sort keys of an argument. Raises `BadInput` for an attribute without a code, and for a code without one."""
    return [_read_key(by, ["sort", str(place)]) for place, by in enumerate(sort or ())]


def _read_key(by: Mapping[str, Any], path: list[str]) -> SortBy:
    key, code = by["by"].value, by.get("attributeCode")
    if (key == ATTRIBUTE_KEY) != (code is not None):
        raise bad_question(ATTRIBUTE_NOT_NAMED, [*path, "attributeCode"], key=ATTRIBUTE_KEY)
    return SortBy(key if code is None else attribute_key(code), by["direction"] is SortDirection.DESC)


_KEPT: Final = 8
_EXTENDED: Final[OrderedDict[tuple[int, _Definitions], "GridTypes"]] = OrderedDict()
"""By the types, which live as long as the process, and the definitions."""


async def _extend(
    types: "GridTypes",
    source: ColumnSource,
    rows: Sequence[Any],
    read_parts: Callable[[], Awaitable[Mapping[int, Any]]],
) -> "GridTypes":
    key = (id(types), _Definitions(source, rows))
    found = _EXTENDED.get(key)
    if found is None:
        added = source.make(rows, await read_parts())
        grid = replace(types.grid, columns={**types.grid.columns, **added.columns}, orders=added.orders)
        found = replace(types, grid=grid, personal=types.personal | added.personal)
        _EXTENDED[key] = found
        while len(_EXTENDED) > _KEPT:
            _EXTENDED.popitem(last=False)
    return found
