"""A grid over two tables that have one row each for everything it lists: a statement reads those alone that it needs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Column, ColumnElement, FromClause, Table, and_
from sqlalchemy.sql import visitors

from customer_gql.database.statements import AnySelect

from .orders import GridOrder

Clause = TypeVar("Clause", bound=visitors.ExternallyTraversible)


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

    def read(self, statement: AnySelect, *expressions: Iterable[ColumnElement[Any]]) -> AnySelect:
        """The statement, which has these expressions, with what it reads them from."""
        needed = self._needed(one for part in expressions for one in part)
        if self.second not in needed:
            return statement.select_from(self.first)
        if self.first in needed:
            return statement.select_from(self.joined)
        return replace_columns(statement, self._common).select_from(self.second)

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
