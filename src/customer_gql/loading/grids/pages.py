"""Pages, counts, facets and explanations of a grid, for one viewer and one question."""

import asyncio
import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import ColumnElement

from customer_gql.core.errors import BadInput, QueryTooComplex
from customer_gql.database.statements import Row, Statement, compile_statement, fetch_rows
from customer_gql.loading.pages import ListOrder, Window
from customer_gql.loading.reader import Reader

from .columns import ColumnType, GridColumn
from .filters import CompiledFilter, FilterTree, join_filters
from .grid import Grid
from .limits import StatementTooSlow, fetch_in_time
from .orders import GridOrder, SortBy
from .search import SearchedText

MAX_FACETS: Final = 10
MAX_FACET_VALUES: Final = 100


class Precision(enum.Enum):
    EXACT = "EXACT"
    ESTIMATED = "ESTIMATED"


class GridCount(NamedTuple):
    """How many rows a list has, and whether they were counted."""

    total: int
    precision: Precision


@dataclass(frozen=True, slots=True)
class ValueCount:
    """A value of a column, None for rows where it is empty, and how many rows have it."""

    value: str | None
    label: str | None
    count: int


class ColumnCounts(NamedTuple):
    """The most frequent values of a column, and how many rows have others."""

    column: GridColumn
    values: list[ValueCount]
    other_count: int
    precision: Precision


@dataclass(frozen=True, slots=True, eq=False)
class GridQuestion:
    """What is asked of a grid, checked."""

    grid: Grid
    filter: CompiledFilter
    search: SearchedText | None
    sort: tuple[SortBy, ...]
    order: GridOrder

    @classmethod
    def of(
        cls,
        grid: Grid,
        *,
        filter: FilterTree | None = None,
        search: str | None = None,
        sort: Sequence[SortBy] = (),
        of_view: FilterTree | None = None,
    ) -> "GridQuestion":
        """`of_view` is the filter of a saved view, which holds too. Raises `BadInput` with the path of what is wrong."""
        saved = grid.compile_filter(of_view, "viewId")
        compiled, searched = join_filters(saved, grid.compile_filter(filter)), grid.compile_search(search)
        return cls(grid, compiled, searched, tuple(sort), grid.order(sort, searched))

    @property
    def narrowing(self) -> list[ColumnElement[bool]]:
        """The conditions of filter and search."""
        found = [] if self.filter.condition is None else [self.filter.condition]
        return found if self.search is None else [*found, self.search.condition]

    @property
    def is_whole(self) -> bool:
        """Whether the list is neither filtered nor in another order than usual."""
        return not self.narrowing and (not self.sort or self.sort == (self.grid.default_sort,))

    @property
    def unindexed_clauses(self) -> list[str]:
        """Places in the arguments of what no index serves."""
        clauses = [".".join(clause.path) for clause in self.filter.clauses if not clause.is_indexed]
        return clauses if self.search is None or self.grid.is_search_indexed else [*clauses, "search"]

    @property
    def is_indexed(self) -> bool:
        """Whether an index leads to the rows, or to their order."""
        if self.narrowing:
            return self.filter.is_indexed or (self.search is not None and self.grid.is_search_indexed)
        first = (self.sort or (self.grid.default_sort,))[0]
        column = self.grid.columns_by_sort_key[first.key]
        # Options are in an order that staff give them, and no index has.
        return column.is_indexed and column.type is not ColumnType.OPTIONS


@dataclass(slots=True, eq=False)
class GridList:
    """The list of one question, as one viewer sees it."""

    reader: Reader
    question: GridQuestion
    _counting: "asyncio.Future[GridCount] | None" = field(default=None, init=False)

    @property
    def grid(self) -> Grid:
        return self.question.grid

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        return [*self.question.narrowing, *self.grid.restricted(self.reader.viewer.website_ids)]

    async def rows(
        self, window: Window, *, has_row: bool, needed: frozenset[str] | None = None
    ) -> tuple[list[Row], ListOrder]:
        """The rows of a page, with the columns of the grid when they are shown, and the order that makes their cursors.

        `needed` are the columns of the node that the document needs, where they are known.
        """
        whole, order = self.grid.whole, self.question.order
        if whole is not None and not has_row and self.question.is_whole:
            return await whole.rows(self.reader, window, order.name, needed=needed), whole.sorts[order.name]
        if self.question.filter.clauses:
            await asyncio.sleep(
                0
            )  # other requests come first: compiling many clauses takes as long as checking them did
        statement = self.grid.page_statement(
            self.conditions, order, backward=window.backward, positioned=window.cursor is not None, has_row=has_row
        )
        return await self._fetch(compile_statement(statement), **window.arguments(order)), order

    async def _fetch(self, statement: Statement, **values: Any) -> list[Row]:
        canceled = self.reader.canceled
        if statement.sql in canceled:
            raise canceled[statement.sql]
        try:
            return await fetch_in_time(self.reader.database, statement, **values)
        except StatementTooSlow as slow:
            canceled[statement.sql] = QueryTooComplex(
                f"The list took longer than {slow.seconds:g} s and was canceled. Filter by an indexed column, or sort by "
                "the default.",
                clauses=self.question.unindexed_clauses,
            )
            raise canceled[statement.sql] from None

    async def count(self) -> GridCount:
        """Exact where the number is kept, and up to a limit of the shop; beyond it, or when counting takes too long, what the
        database estimates."""
        if self._counting is None:  # fields that ask at one time share it
            self._counting = asyncio.ensure_future(self._counted())
        return await self._counting

    async def _counted(self) -> GridCount:
        if self.grid.kept_count is not None and not self.question.narrowing:
            websites = self.reader.viewer.website_ids
            reach = None if websites is None else sorted(websites)
            [kept] = await self.reader.fetch(self.grid.kept_count, websites=reach)
            return GridCount(kept.total, Precision.EXACT)
        try:
            total = await self._count_rows()
        except StatementTooSlow:
            return GridCount(await self.estimate(), Precision.ESTIMATED)
        if total >= 0:
            return GridCount(total, Precision.EXACT)
        return GridCount(max(await self.estimate(), -total), Precision.ESTIMATED)

    async def _count_rows(self) -> int:
        """Negative when there are more than are counted."""
        statement = compile_statement(self.grid.count_statement(self.conditions))
        [counted] = await fetch_in_time(self.reader.database, statement)
        return counted.total

    async def expect(self) -> int:
        """How many rows there may be. What the database estimates comes from the rows of all websites, so that those who
        reach some of them are told a count of theirs."""
        if self.reader.viewer.website_ids is not None:
            return (await self.count()).total
        return await self.estimate()

    async def estimate(self) -> int:
        """How many rows the database expects, which it does not count."""
        async with self.reader.database.grids.acquire() as connection:
            [row] = await fetch_rows(connection, self.grid.explain_statement(self.conditions))
        [plan] = orjson.loads(row[0])
        return int(plan["Plan"]["Plan Rows"])

    async def facets(self, columns: Sequence[GridColumn], first: int) -> list[ColumnCounts]:
        """The most frequent values of each column, in one statement."""
        if len(columns) > MAX_FACETS:
            raise BadInput(f"columns: ask for at most {MAX_FACETS} facets, not {len(columns)}.")
        if not 1 <= first <= MAX_FACET_VALUES:
            raise BadInput(f"first: ask for 1 to {MAX_FACET_VALUES} values, not {first}.")
        if not columns:
            return []
        statement = compile_statement(self.grid.facets_statement(self.conditions, columns, first))
        try:
            rows = await fetch_in_time(self.reader.database, statement)
        except StatementTooSlow:
            return [ColumnCounts(column, [], 0, Precision.ESTIMATED) for column in columns]
        return [_make_facet(column, [row for row in rows if row.facet == i]) for i, column in enumerate(columns)]


def _make_facet(column: GridColumn, rows: Sequence[Any]) -> ColumnCounts:
    if not rows:
        return ColumnCounts(column, [], 0, Precision.EXACT)
    total, limit = int(rows[0].total), rows[0].exact_limit
    values = [ValueCount(row.value, row.label, row.count) for row in rows]
    other = total - sum(value.count for value in values)
    return ColumnCounts(column, values, other, Precision.EXACT if total <= limit else Precision.ESTIMATED)
