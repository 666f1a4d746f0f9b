"""What the connection of a grid says of its whole list: how long it is, its facets, and how it is found."""

from typing import TYPE_CHECKING, Annotated, Any, Final

import strawberry

from customer_gql.core.errors import BadInput
from customer_gql.core.ids import encode_id
from customer_gql.graph.connections import Connection
from customer_gql.graph.context import Info
from customer_gql.graph.scalars import graph_enum
from customer_gql.loading.grids.columns import ColumnType
from customer_gql.loading.grids.pages import (
    MAX_FACET_VALUES,
    MAX_FACETS,
    ColumnCounts,
    GridList,
    Precision,
)
from customer_gql.loading.pages import ListOrder, Page, Window

from .added_columns import add_named_columns
from .personal import require_columns

if TYPE_CHECKING:
    from .types import GridTypes

graph_enum(
    Precision,
    "How a number of rows was found.",
    {
        "EXACT": "Counted, or kept by whatever adds and removes rows, as the number of all customers is.",
        "ESTIMATED": "Estimated: there are more rows than `grid.exact_count_limit`, or counting took too long.",
    },
    name="CountPrecision",
)


class GridPage(Page):
    """A page of a grid, with the list that it is part of."""

    __slots__ = ("listed", "types")

    def __init__(self, rows: Any, window: Window, order: ListOrder, listed: GridList, types: "GridTypes") -> None:
        async def count() -> int:
            return (await listed.count()).total

        super().__init__(rows, window, order, count)
        self.listed = listed
        self.types = types


@strawberry.type(description="A value of a column, and how many rows have it.")
class FacetValue:
    value: str | None = strawberry.field(
        description="Value, as a filter takes it; null for rows where the column is empty."
    )
    label: str | None = strawberry.field(description="Text that people read for the value.")
    count: int = strawberry.field(description="Number of rows with the value.")


@strawberry.type(description="The most frequent values of a column among the rows of a list.")
class Facet:
    column: str = strawberry.field(description="Key of the column.")
    values: list[FacetValue] = strawberry.field(
        description="Values, the most frequent one first.", metadata={"paged": True}
    )
    other_count: int = strawberry.field(description="Number of rows with other values.")
    precision: Precision = strawberry.field(
        description="`EXACT` when every row was looked at. Otherwise the counts are of as many rows as are counted exactly, "
        "or there are none because it took too long."
    )


@strawberry.type(description="One clause of a filter, and whether an index serves it.")
class ExplainedClause:
    path: str = strawberry.field(description="Place of the clause in the arguments, as `filter.and.0.email.eq`.")
    is_indexed: bool = strawberry.field(description="Whether an index finds the rows that the clause matches.")


@strawberry.type(description="How the rows of a list are found, without reading them.")
class GridExplanation:
    estimated_row_count: int = strawberry.field(description="Number of rows that the database expects.")
    is_indexed: bool = strawberry.field(description="Whether an index leads to the rows, or to their order.")
    clauses: list[ExplainedClause] = strawberry.field(description="Clauses of the filter.")


Columns = Annotated[
    list[str], strawberry.argument(description=f"Keys of at most {MAX_FACETS} columns with `isFacetable`.")
]
FirstValues = Annotated[
    int, strawberry.argument(description=f"Number of values of each column, 1 to {MAX_FACET_VALUES}.")
]
_FACETS: Final = (
    "The most frequent values of columns in the whole list, and how many rows have them; null when they are refused."
)


def make_connection(name: str, of: Any, title: str) -> Any:
    """The connection of a grid, named as connections of its nodes are."""

    class GridConnection(Connection[of]):
        @strawberry.field(description="How `totalCount` was found.")
        async def total_count_precision(self: Any) -> Precision:
            return (await self.listed.count()).precision

        @strawberry.field(description=_FACETS)
        async def facets(self: Any, info: Info, columns: Columns, first: FirstValues = 10) -> list[Facet] | None:
            return await _read_facets(self, info, columns, first)

        @strawberry.field(description="How the database finds the rows of the list. Takes one more statement.")
        async def explain(self: Any) -> GridExplanation:
            return await _explain(self.listed)

    GridConnection.__name__ = name
    return strawberry.type(GridConnection, name=name, description=f"A page of {title}.")


async def _read_facets(page: GridPage, info: Info, keys: list[str], first: int) -> list[Facet]:
    types = await add_named_columns(info.context, page.types, keys)
    grid = types.grid
    unknown = [key for key in keys if key not in grid.columns or not grid.columns[key].is_facetable]
    if unknown:
        raise BadInput(f"columns: {unknown[0]!r} is no column with facets.", argument=["columns"])
    require_columns(grid, types.personal, keys, info.context.viewer)
    found = await page.listed.facets([grid.columns[key] for key in keys], first)
    return [_make_facet(facet) for facet in found]


def _make_facet(found: ColumnCounts) -> Facet:
    column = found.column
    values = [
        FacetValue(value=_public_value(found, one.value), label=_label(found, one), count=one.count)
        for one in found.values
    ]
    return Facet(column=column.key, values=values, other_count=found.other_count, precision=found.precision)


def _public_value(facet: ColumnCounts, value: str | None) -> str | None:
    prefix = facet.column.id_prefix
    return value if value is None or prefix is None else encode_id(prefix, int(value))


def _label(facet: ColumnCounts, one: Any) -> str | None:
    if one.value is None or one.label is not None:
        return one.label
    if facet.column.text_label is not None:
        return facet.column.text_label(one.value)
    if facet.column.type is ColumnType.BOOLEAN:
        return "Yes" if one.value == "true" else "No"
    return one.value.replace("_", " ").capitalize() if facet.column.type is ColumnType.ENUM else one.value


async def _explain(listed: GridList) -> GridExplanation:
    clauses = listed.question.filter.clauses
    return GridExplanation(
        estimated_row_count=await listed.expect(),
        is_indexed=listed.question.is_indexed,
        clauses=[ExplainedClause(path=".".join(clause.path), is_indexed=clause.is_indexed) for clause in clauses],
    )
