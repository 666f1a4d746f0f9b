"""`gridColumns`: the columns of every grid, as the viewer may use them."""

from collections.abc import Collection
from functools import lru_cache
from typing import Annotated, Any

import strawberry

from customer_gql.graph.context import Info
from customer_gql.graph.grids.added_columns import add_columns
from customer_gql.graph.grids.personal import missing_permission
from customer_gql.graph.grids.registry import KNOWN_GRIDS, grid_enum
from customer_gql.graph.grids.types import GridTypes
from customer_gql.graph.roots import list_field
from customer_gql.graph.scalars import graph_enum
from customer_gql.loading.grids.columns import ATTRIBUTE_KEY, ColumnType, GridColumn, code_of
from customer_gql.loading.grids.operators import operators_of_column

from .roots import join_grids

join_grids()
Grid: Any = grid_enum()
graph_enum(
    ColumnType,
    "Type of the values of a column.",
    {
        "STRING": "Text.",
        "INTEGER": "Whole number.",
        "MONEY": "Amount of money.",
        "DATE": "Date.",
        "DATE_TIME": "Time.",
        "BOOLEAN": "Yes or no.",
        "ENUM": "One of the values that `values` lists.",
        "ID": "Reference to a record.",
        "TAGS": "List of tags.",
        "OPTIONS": "Chosen options of an attribute.",
    },
    name="GridColumnType",
)


@strawberry.type(name="GridColumn", description="A column of a grid, and what this viewer can do with it.")
class ShownColumn:
    key: str = strawberry.field(
        description="Name of the column: its field in the filter and in the row, and its name in facets, views and exports. That of "
        "an attribute is `attribute.` and its code."
    )
    label: str = strawberry.field(description="Title of the column, in English.")
    attribute_code: str | None = strawberry.field(
        description="Code of the attribute that it shows, by which `attributes` of the filter and of the row, and `attributeCode` of "
        "the sort name it; null for the columns that every shop has."
    )
    type: ColumnType = strawberry.field(description="Type of its values.")
    operators: list[str] = strawberry.field(description="Operators of its field in the filter; empty when it has none.")
    sort_key: str | None = strawberry.field(
        description="Its value in `sort`, `ATTRIBUTE` for an attribute; null when the list cannot be sorted by it."
    )
    values: list[str] | None = strawberry.field(
        description="Values of an enum, or of a text whose values are known; null for others."
    )
    is_default: bool = strawberry.field(description="Whether the column is shown as long as nobody chooses columns.")
    is_filterable: bool = strawberry.field(description="Whether this viewer can filter by it.")
    is_sortable: bool = strawberry.field(description="Whether this viewer can sort by it.")
    is_facetable: bool = strawberry.field(description="Whether this viewer can ask for its facet.")
    is_searched: bool = strawberry.field(description="Whether `search` looks at it for this viewer.")
    is_exportable: bool = strawberry.field(description="Whether an export of this viewer can contain it.")
    is_quick_editable: bool = strawberry.field(description="Whether this viewer can edit it in place.")
    is_personal: bool = strawberry.field(description="Whether it shows personal data, which need `customers.pii`.")
    is_indexed: bool = strawberry.field(description="Whether an index serves its filters.")
    missing_permission: str | None = strawberry.field(
        description="Permission without which this viewer cannot use the column; null when none is missing."
    )


GridArgument = Annotated[Grid, strawberry.argument(description="The grid.")]  # pyright: ignore


@strawberry.type
class GridAdminQuery:
    @list_field(
        graphql_type=list[ShownColumn],
        description="Columns of a list, in their usual order.",
    )
    async def grid_columns(self, info: Info, grid: GridArgument) -> list[Any]:  # pyright: ignore
        types = await add_columns(info.context, KNOWN_GRIDS[grid.value])
        types.require_viewer(info.context.viewer)
        quick_edited = await _find_quick_edited(types, info)
        return [_show_column(types, column, info, quick_edited) for column in types.grid.columns.values()]


async def _find_quick_edited(types: GridTypes, info: Info) -> Collection[str]:
    if types.find_quick_edited is None:
        return frozenset()
    async with info.context.database.reads.acquire() as connection:
        return await types.find_quick_edited(connection, info.context.viewer)


def _show_column(types: GridTypes, column: GridColumn, info: Info, quick_edited: Collection[str]) -> ShownColumn:
    viewer = info.context.viewer
    missing = missing_permission(types.grid, types.personal, column.key, viewer)
    is_open = missing is None
    may_search = all(
        missing_permission(types.grid, types.personal, key, viewer) is None for key in _searched_keys(types)
    )
    return ShownColumn(
        key=column.key,
        label=column.title,
        attribute_code=None if column.member is None else code_of(column.key),
        type=column.type,
        operators=list(operators_of_column(column)) if column.is_filterable else [],
        sort_key=column.sort_key if column.member is None or column.sort_key is None else ATTRIBUTE_KEY,
        values=_list_values(column),
        is_default=column.is_default,
        is_filterable=column.is_filterable and is_open,
        is_sortable=column.is_sortable and is_open,
        is_facetable=column.is_facetable and is_open,
        is_searched=column.is_searched and may_search,
        is_exportable=column.is_exportable and is_open,
        is_quick_editable=column.key in quick_edited and is_open,
        is_personal=column.key in types.personal,
        is_indexed=column.is_indexed,
        missing_permission=None if missing is None else missing.value,
    )


def _list_values(column: GridColumn) -> list[str] | None:
    if column.choices is not None:
        return [choice.name for choice in column.choices]
    return None if column.known_values is None else list(column.known_values())


@lru_cache(maxsize=64)
def _searched_keys(types: GridTypes) -> tuple[str, ...]:
    return tuple(column.key for column in types.grid.columns.values() if column.is_searched)
