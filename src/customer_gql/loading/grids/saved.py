"""What is saved of a list, a filter and a sort: written as the JSON that the graph takes, and read against the columns of today.

What is missing since it was saved is a problem with a path, never left out: a shorter filter would match more rows
(docs/domain/grid-views.md#grid-views-3).
"""

import datetime as dt
import enum
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, NamedTuple, cast

from customer_gql.core.errors import BadInput, Refusal, RuleError, UserErrorCode
from customer_gql.core.ids import decode_id
from customer_gql.core.money import parse_decimal

from .columns import ATTRIBUTE_KEY, ATTRIBUTES, ColumnType, GridColumn, attribute_key, is_added
from .filters import LOGIC, MAX_DEPTH, FilterTree
from .grid import Grid
from .operators import operators_of_column
from .orders import SortBy
from .refusals import BadQuestion

VIEW_NOT_FOUND: Final = Refusal("grid_view.not_found", "There is no such view.", UserErrorCode.NOT_FOUND)
COLUMN_MISSING: Final = Refusal("grid_view.column_missing", "The list has no such column, or it cannot be used here.")
OPERATOR_MISSING: Final = Refusal("grid_view.operator_missing", "The column has no such operator.")
VALUE_MISSING: Final = Refusal("grid_view.value_missing", "The column has no such value.")
RECORD_MISSING: Final = Refusal(
    "grid_view.record_missing", "The record that is named here does not exist.", UserErrorCode.NOT_FOUND
)
_REFUSED: Final = Refusal("grid_view.refused", "The list cannot be shown like this: {reason}")
COLUMN_REPEATED: Final = Refusal("grid_view.column_repeated", "Name each column once.")

_LISTS: Final = frozenset({"in", "notIn", "hasAny", "hasAll", "hasNone"})
_NO_VALUE: Final = object()


class RecordReference(NamedTuple):
    """A record that a filter names, and the place where it does."""

    path: tuple[str, ...]
    prefix: str
    key: int


@dataclass(slots=True, eq=False)
class SavedList:
    """What was saved of a list, as far as it can be read, and what is wrong with it."""

    filter: FilterTree | None = None
    search: str | None = None
    sort: tuple[SortBy, ...] = ()
    columns: tuple[str, ...] = ()
    problems: list[RuleError] = field(default_factory=list[RuleError])
    references: list[RecordReference] = field(default_factory=list[RecordReference])


def to_json(value: Any) -> Any:
    """A value as the graph has coerced it, as JSON that the graph would take again."""
    if isinstance(value, Mapping):
        return {key: to_json(inner) for key, inner in cast("Mapping[str, Any]", value).items()}
    if isinstance(value, list):
        return [to_json(inner) for inner in cast("list[Any]", value)]
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else value


def read_saved_list(grid: Grid, content: Mapping[str, Any]) -> SavedList:
    """What `filter`, `search`, `sort` and `columns` of a saved JSON object mean today."""
    saved = SavedList(search=content.get("search"))
    if content.get("filter") is not None:
        reader = _FilterReader(grid.columns, saved)
        saved.filter = reader.read(content["filter"], ("filter",), 1)
    _read_sort(grid, content.get("sort") or (), saved)
    _read_columns(grid, content.get("columns") or (), saved)
    if not saved.problems:
        _refuse_what_cannot_run(grid, saved)
    return saved


def sorted_by(content: Mapping[str, Any]) -> list[SortBy]:
    """The sort keys of a saved JSON object, whether or not they still exist."""
    return [SortBy(_sort_key(by), by.get("direction") == "DESC") for by in content.get("sort") or ()]


def _sort_key(by: Mapping[str, Any]) -> str:
    return attribute_key(str(by.get("attributeCode"))) if by["by"] == ATTRIBUTE_KEY else by["by"]


def _refuse_what_cannot_run(grid: Grid, saved: SavedList) -> None:
    """Limits and forms that the list itself refuses."""
    checks: tuple[tuple[str, Callable[[], object]], ...] = (
        ("filter", lambda: grid.compile_filter(saved.filter)),
        ("search", lambda: grid.compile_search(saved.search)),
        ("sort", lambda: grid.order(saved.sort)),
    )
    for name, check in checks:
        try:
            check()
        except BadQuestion as bad:
            saved.problems.append(bad.refused)
        except BadInput as refused:
            path: Sequence[str] = refused.extensions.get("argument", [name])
            saved.problems.append(_REFUSED(path=path, reason=refused.message.removeprefix(f"{'.'.join(path)}: ")))


def _read_sort(grid: Grid, given: Iterable[Any], saved: SavedList) -> None:
    for place, by in enumerate(sorted_by({"sort": given})):
        if by.key not in grid.columns_by_sort_key:
            saved.problems.append(COLUMN_MISSING(path=["sort", str(place), _name_of_key(by.key)]))
        saved.sort += (by,)


def _name_of_key(key: str) -> str:
    return "attributeCode" if is_added(key) else "by"


def _read_columns(grid: Grid, given: Sequence[Any], saved: SavedList) -> None:
    if len(set(given)) < len(given):
        saved.problems.append(COLUMN_REPEATED(path=["columns"]))
    for place, key in enumerate(given):
        if key not in grid.columns:
            saved.problems.append(COLUMN_MISSING(path=["columns", str(place)]))
    saved.columns = tuple(given)


class _FilterReader:
    """Reads one filter, and notes what is wrong and which records it names."""

    def __init__(self, columns: Mapping[str, GridColumn], saved: SavedList) -> None:
        self._columns = columns
        self._saved = saved

    def read(self, tree: Any, path: tuple[str, ...], depth: int) -> FilterTree:
        if not isinstance(tree, dict) or depth > MAX_DEPTH + 1:  # one level more is refused as a whole
            return {} if isinstance(tree, dict) else self._refuse(VALUE_MISSING, path)
        given = cast("dict[str, Any]", tree)
        return {key: self._read_entry(key, value, (*path, key), depth) for key, value in given.items()}

    def _read_entry(self, key: str, value: Any, path: tuple[str, ...], depth: int) -> Any:
        if value is None:  # which the list itself refuses
            return None
        if key in LOGIC:
            return self._read_logic(key, value, path, depth + 1)
        if key == ATTRIBUTES:
            entries = cast("list[Any]", value) if isinstance(value, list) else [value]
            return [self._read_attribute(one, (*path, str(place))) for place, one in enumerate(entries)]
        column = self._columns.get(key)
        is_known = column is not None and column.is_filterable
        if column is None or not is_known or not isinstance(value, dict):
            return self._refuse(VALUE_MISSING if is_known else COLUMN_MISSING, path)
        given = cast("dict[str, Any]", value)
        return {name: self._read_operator(column, name, inner, (*path, name)) for name, inner in given.items()}

    def _read_attribute(self, entry: Any, path: tuple[str, ...]) -> Any:
        """One that is gone or cannot be filtered by any more is a problem, as a column is."""
        given = cast("dict[str, Any]", entry if isinstance(entry, dict) else {})
        column = self._columns.get(attribute_key(str(given.get("code"))))
        if column is None or not column.is_filterable:
            return self._refuse(COLUMN_MISSING, (*path, "code"))
        found: dict[str, Any] = {"code": given["code"]}
        for member, compared in given.items():
            if member != "code" and isinstance(compared, dict):
                parts = cast("dict[str, Any]", compared).items()
                within = (*path, member)
                found[member] = {name: self._read_operator(column, name, one, (*within, name)) for name, one in parts}
        return found

    def _read_logic(self, key: str, value: Any, path: tuple[str, ...], depth: int) -> Any:
        if key == "not":
            return self.read(value, path, depth)
        if not isinstance(value, list):
            return self._refuse(VALUE_MISSING, path)
        parts = enumerate(cast("list[Any]", value))
        return [self.read(part, (*path, str(place)), depth) for place, part in parts]

    def _read_operator(self, column: GridColumn, name: str, value: Any, path: tuple[str, ...]) -> Any:
        if name not in operators_of_column(column):
            return self._refuse(OPERATOR_MISSING, path)
        if name not in _LISTS or value is None:
            return self._read_value(column, name, value, path)
        if not isinstance(value, list):
            return self._refuse(VALUE_MISSING, path)
        values = enumerate(cast("list[Any]", value))
        return [self._read_value(column, name, one, (*path, str(place))) for place, one in values]

    def _read_value(self, column: GridColumn, name: str, value: Any, path: tuple[str, ...]) -> Any:
        if value is None:
            return None
        found = _OF_AN_OPERATOR[name](value) if name in _OF_AN_OPERATOR else _VALUES[column.type](column, value)
        if found is _NO_VALUE:
            return self._refuse(RECORD_MISSING if column.type is ColumnType.ID else VALUE_MISSING, path)
        if column.id_prefix is not None and name not in _OF_AN_OPERATOR:
            self._saved.references.append(RecordReference(path, column.id_prefix, decode_id(value, column.id_prefix)))
        return found

    def _refuse(self, problem: Refusal, path: tuple[str, ...]) -> FilterTree:
        self._saved.problems.append(problem(path=path))
        return {}


def _of_kind(*kinds: type[Any]) -> Callable[[Any], Any]:
    # By `type`, because a flag would be a number as well.
    return lambda value: value if type(value) in kinds else _NO_VALUE


def _parsed(parse: Callable[[str], Any]) -> Callable[[GridColumn, Any], Any]:
    def read(_column: GridColumn, value: Any) -> Any:
        try:
            return parse(value) if isinstance(value, str) else _NO_VALUE
        except ValueError:
            return _NO_VALUE

    return read


def _read_choice(column: GridColumn, value: Any) -> Any:
    choices: Any = column.choices
    return choices[value] if isinstance(value, str) and value in choices.__members__ else _NO_VALUE


def _read_id(column: GridColumn, value: Any) -> Any:
    prefix = column.id_prefix
    try:
        return value if isinstance(value, str) and prefix and decode_id(value, prefix) >= 0 else _NO_VALUE
    except BadInput:
        return _NO_VALUE


_OF_AN_OPERATOR: Final[Mapping[str, Callable[[Any], Any]]] = {
    "isNull": _of_kind(bool),
    "inLastDays": _of_kind(int),
    "notInLastDays": _of_kind(int),
    "currency": _of_kind(str),
}
_VALUES: Final[Mapping[ColumnType, Callable[[GridColumn, Any], Any]]] = {
    ColumnType.STRING: lambda _, value: _of_kind(str)(value),
    ColumnType.INTEGER: lambda _, value: _of_kind(int)(value),
    ColumnType.MONEY: _parsed(parse_decimal),
    ColumnType.DATE: _parsed(dt.date.fromisoformat),
    ColumnType.DATE_TIME: _parsed(dt.datetime.fromisoformat),
    ColumnType.BOOLEAN: lambda _, value: _of_kind(bool)(value),
    ColumnType.ENUM: _read_choice,
    ColumnType.ID: _read_id,
    ColumnType.TAGS: lambda _, value: _of_kind(str)(value),
    ColumnType.OPTIONS: lambda _, value: _of_kind(str)(value),
}
