"""Parts of a projection: the columns of its table that are made of one source, which are recomputed without the others.

Which columns these are follows from the statement that computes the rows, so that nothing has to be stated twice.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import Column, ColumnElement, Join, Select, Table
from sqlalchemy.sql import visitors
from sqlalchemy.sql.selectable import AliasedReturnsRows

from customer_gql.database.statements import AnySelect

Part = frozenset[str]
Columns = frozenset[Column[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class ProjectionParts:
    """Parts of rows that `rows` selects from `root`, whose key is `customer_id`, with at most one row of each other source.

    `follows` names tables that nobody marks, by the column of a source with which their rows change.
    """

    rows: AnySelect
    root: Table
    customer_id: Column[Any]
    follows: Mapping[Table, Column[Any]] = field(default_factory=dict[Table, Column[Any]])
    _decided_by: Mapping[str, Columns] = field(init=False, repr=False)
    _parts: tuple[Part, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        joined_by = dict(_columns_of_joins(self.rows))
        made_of = {name: self._completed(_columns_of(value)) for name, value in self.rows.selected_columns.items()}
        decided_by = {name: _base_columns(_with_joins(columns, joined_by)) for name, columns in made_of.items()}
        object.__setattr__(self, "_decided_by", {name: self._completed(it) for name, it in decided_by.items()})
        sources = {column.table for columns in self._decided_by.values() for column in columns}
        bases = {name: self._completed(_base_columns(columns)) for name, columns in made_of.items()}
        parts = {
            frozenset(name for name, columns in bases.items() if any(column.table is source for column in columns))
            for source in sources
        }
        object.__setattr__(self, "_parts", tuple(sorted(parts - {frozenset()}, key=len)))

    def find_part(self, changes: Collection[tuple[Table, Collection[str] | None]]) -> Part | None:
        """The least part with every column that these changes can alter; None where rows may come or go, or no part has all."""
        altered: set[str] = set()
        for table, names in changes:
            if table is self.root and names is None:
                return None
            changed = {table.c[name] for name in (table.c.keys() if names is None else names)}
            altered |= {name for name, columns in self._decided_by.items() if columns & changed}
        return next((part for part in self._parts if altered <= part), None)

    def _completed(self, columns: Columns) -> Columns:
        """With what decides about rows of other tables, and without the key, which never changes."""
        followed = {source for table, source in self.follows.items() if any(it.table is table for it in columns)}
        return (columns | followed) - {self.customer_id}


def _columns_of_joins(rows: AnySelect) -> Iterator[tuple[Any, Columns]]:
    """What decides which row of a source is joined, by source."""
    found: list[Any] = list(rows.get_final_froms())
    while found:
        source = found.pop()
        if isinstance(source, Join):
            found += [source.left, source.right]
            yield source.right, frozenset() if source.onclause is None else _columns_of(source.onclause)


def _with_joins(columns: Columns, joined_by: Mapping[Any, Columns]) -> Columns:
    """With what decides which rows of their sources are joined, and of the sources which that is read from."""
    found, known = columns, set[Any]()
    while sources := {column.table for column in found} - known:
        known |= sources
        found = found.union(*(joined_by.get(source, ()) for source in sources))
    return found


def _columns_of(value: ColumnElement[Any]) -> Columns:
    """The columns of the sources that a value is made of, through what is computed once for several of them."""
    found: set[Column[Any]] = set()
    elements: Iterator[Any] = visitors.iterate(value)
    for element in elements:
        inner = _find_select(getattr(element, "table", None))
        if inner is not None:
            # One that reads tables of its own is read as a whole, for its condition and its order count too.
            found |= _columns_of(inner if inner.whereclause is not None else inner.selected_columns[element.key])
        elif isinstance(element, Column):
            found.add(cast("Column[Any]", element))
    return frozenset(found)


def _find_select(source: Any) -> Any:
    """The statement behind a subquery."""
    while isinstance(source, AliasedReturnsRows):
        source = source.element
    return cast("AnySelect", source) if isinstance(source, Select) else None


def _base_columns(columns: Columns) -> Columns:
    """Without the aliases of their tables."""
    pairs: list[tuple[Column[Any], Any]] = [(column, column.table) for column in columns]
    return frozenset(column if isinstance(table, Table) else table.element.c[column.name] for column, table in pairs)
