"""Root lists: pages of a whole table, in one of several orders."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ARRAY, ColumnElement, Integer, any_, bindparam, func

from customer_gql.core.viewer import Viewer
from customer_gql.database.statements import AnySelect, Row, Statement, compile_statement

from .pages import Page, Sort, Window, apply_window
from .reader import Reader
from .single_flight import SharedCount

_MAX_NARROWED: Final = 64
"""Documents whose columns of a list are remembered; another makes its statement again."""


class RootList:
    """Pages of a root list, in one of several orders, with conditions.

    `website` is the column that says which website a row belongs to: pages and counts of a viewer who reaches some
    websites alone are restricted to them here, so that no root can forget it.
    """

    __slots__ = ("counted", "narrowed_statement_of", "sorts", "statement", "statement_of", "within")

    def __init__(
        self, statement: AnySelect, sorts: Sequence[Sort], *, website: ColumnElement[Any] | None = None
    ) -> None:
        self.statement = statement
        self.sorts = {sort.name: sort for sort in sorts}
        self.within = None if website is None else website == any_(bindparam("website_ids", type_=ARRAY(website.type)))
        self.statement_of = lru_cache(maxsize=None)(self._compiled)
        self.narrowed_statement_of = lru_cache(maxsize=_MAX_NARROWED)(self._narrowed)
        # The whole list has no conditions that tell one request from another, and takes longest to count.
        self.counted = SharedCount(compile_statement(self._count(())))

    def _compiled(
        self, sort: str, backward: bool = False, positioned: bool = False, restricted: bool = False
    ) -> Statement:
        where = (self.within,) if restricted and self.within is not None else ()
        return compile_statement(self._select(where, self.sorts[sort], backward=backward, positioned=positioned))

    def _narrowed(self, needed: frozenset[str], sort: str, *shape: bool) -> Statement:
        """Without the columns that neither the document nor a cursor needs."""
        names = [str(column.name) for column in self.statement.inner_columns]  # pyright: ignore
        kept = [name for name in names if name in needed or name in self.sorts[sort].names]
        return self.statement_of(sort, *shape).narrowed(kept)

    def _select(
        self, where: Sequence[ColumnElement[bool]], sort: Sort, *, backward: bool, positioned: bool
    ) -> AnySelect:
        statement = apply_window(self.statement.where(*where), sort, backward=backward, positioned=positioned)
        return statement.limit(bindparam("limit", type_=Integer()))

    def _count(self, where: Sequence[ColumnElement[bool]]) -> AnySelect:
        counted = self.statement.with_only_columns(func.count().label("total"), maintain_column_froms=True)
        return counted.where(*where)

    def _reach(self, viewer: Viewer) -> dict[str, list[int]]:
        if self.within is None or viewer.website_ids is None:
            return {}
        return {"website_ids": sorted(viewer.website_ids)}

    async def page(self, context: Reader, window: Window, sort: str, where: Sequence[ColumnElement[bool]] = ()) -> Page:
        reach = self._reach(context.viewer)
        conditions = self._conditions(where, reach)
        rows = await self.rows(context, window, sort, where)

        async def count() -> int:
            if conditions:
                return (await context.fetch(self._count(conditions), **reach))[0].total
            return await self.counted.of(context.database)

        return Page(rows, window, self.sorts[sort], count)

    async def rows(
        self,
        context: Reader,
        window: Window,
        sort: str,
        where: Sequence[ColumnElement[bool]] = (),
        *,
        needed: frozenset[str] | None = None,
    ) -> list[Row]:
        """The rows of a page, and one more where there is one; of a whole list with the columns that are needed, if known."""
        chosen, reach = self.sorts[sort], self._reach(context.viewer)
        positioned = window.cursor is not None
        if where:
            conditions = self._conditions(where, reach)
            statement: Any = self._select(conditions, chosen, backward=window.backward, positioned=positioned)
        elif needed is not None:
            statement = self.narrowed_statement_of(needed, sort, window.backward, positioned, bool(reach))
        else:
            statement = self.statement_of(sort, window.backward, positioned, bool(reach))
        return await context.fetch(statement, **window.arguments(chosen), **reach)

    def _conditions(self, where: Sequence[ColumnElement[bool]], reach: Mapping[str, Any]) -> list[ColumnElement[bool]]:
        return [*where, *([self.within] if reach and self.within is not None else [])]
