"""A grid over two tables that have one row each for everything it lists: a statement reads those alone that it needs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from sqlalchemy import Column, ColumnElement, FromClause, Table, and_
from sqlalchemy.sql import visitors

from customer_gql.database.statements import AnySelect

from .orders import GridOrder

Clause = TypeVar("Clause", bound=visitors.ExternallyTraversible)
Joins = Mapping[FromClause, ColumnElement[bool]]
"""Sources with at most one row for each of a list, by what decides which."""

NO_JOINS: Final[Joins] = {}


@dataclass(frozen=True, slots=True, eq=False)
class GridHalves:
    """`first` and `second`, joined by their keys. `shared` are columns of `first` whose values `second` has too, by the column
    there: an index of either over such a column and one of its own gives an order, and a join for it would give none.
    """

    first: Table
    second: Table
    key: Mapping[Column[Any], Column[Any]]
    shared: Mapping[Column[Any], Column[Any]] = field(default_factory=dict[Column[Any], Column[Any]])

    @property
    def joined(self) -> FromClause:
        return self.first.join(self.second, and_(*[one == other for one, other in self.key.items()]))

    def read(
        self, statement: AnySelect, *expressions: Iterable[ColumnElement[Any]], added: Joins = NO_JOINS
    ) -> AnySelect:
        """The statement, which has these expressions, with what it reads them from, and what is `added` to that."""
        needed = self._needed(one for part in expressions for one in part)
        if self.second not in needed:
            return statement.select_from(join_added(self.first, added))
        if self.first in needed:
            return statement.select_from(join_added(self.joined, added))
        to_second = {source: replace_columns(condition, self._common) for source, condition in added.items()}
        return replace_columns(statement, self._common).select_from(join_added(self.second, to_second))

    def order(self, order: GridOrder) -> GridOrder:
        """The same order; one by the second table is by its key too, since rows of one table alone are compared by an index."""
        if self._needed(part.value for part in order.parts) != {self.second}:
            return order
        return order.over(lambda column: replace_columns(column, self._common))

    @property
    def _common(self) -> dict[Column[Any], Column[Any]]:
        return {**self.key, **self.shared}

    def _needed(self, expressions: Iterable[ColumnElement[Any]]) -> set[Table]:
        """The tables of the columns that one of them alone has."""
        common = {*self._common, *self._common.values()}
        elements: set[Any] = {element for one in expressions for element in visitors.iterate(one)}
        return {it.table for it in elements - common if isinstance(it, Column)} & {self.first, self.second}


def replace_columns(clause: Clause, others: Mapping[Column[Any], ColumnElement[Any]]) -> Clause:
    """The clause over other columns."""
    found: Any = visitors.replacement_traverse(clause, {}, lambda element, **_: others.get(element))  # pyright: ignore
    return found


def join_added(source: FromClause, added: Joins) -> FromClause:
    for joined, condition in added.items():
        source = source.outerjoin(joined, condition)
    return source
