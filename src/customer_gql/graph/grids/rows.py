"""The row type of a grid, built from its columns."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from operator import attrgetter
from typing import Any, Final

import strawberry

from customer_gql.core.ids import encode_id
from customer_gql.graph.fields import column as column_field, named
from customer_gql.graph.scalars import Money, money
from customer_gql.loading.grids.columns import ColumnType, GridColumn
from customer_gql.loading.grids.grid import Grid


@strawberry.type(description="A record that a row of a grid refers to.")
class GridReference:
    id: strawberry.ID = strawberry.field(description="Id of the record.")
    label: str = strawberry.field(description="Text that people read for it, such as its name.")


_PYTHON_TYPES: Final[Mapping[ColumnType, Any]] = {
    ColumnType.STRING: str,
    ColumnType.INTEGER: int,
    ColumnType.DATE: dt.date,
    ColumnType.DATE_TIME: dt.datetime,
    ColumnType.BOOLEAN: bool,
    ColumnType.TAGS: list[str],
    ColumnType.MONEY: Money,
    ColumnType.ID: GridReference,
}


def make_row_type(grid: Grid, name: str, personal: Collection[str]) -> Any:
    """One field for each column, over the attributes that a page's rows have for it."""
    body: dict[str, Any] = {"__annotations__": {}, "__module__": __name__}
    for column in grid.columns.values():
        is_personal = column.key in personal
        kind = column.choices or _PYTHON_TYPES[column.type]
        # A personal value that is no text is null for viewers who may not see it.
        is_required = column.is_never_empty and not (is_personal and kind is not str)
        body["__annotations__"][column.attribute] = kind if is_required else kind | None
        body[column.attribute] = _make_field(column, is_personal=is_personal)
    return strawberry.type(
        type(name, (), body), name=name, description=f"Row of {grid.title}: its value in each column."
    )


def _make_field(column: GridColumn, *, is_personal: bool) -> Any:
    if column.type is ColumnType.MONEY:
        return named(
            money(column.description, amount=column.attribute, currency=f"{column.attribute}_currency"), column.key
        )
    if column.type is ColumnType.ID:
        field = strawberry.field(resolver=_reference_resolver(column), description=column.description)
        return named(field, column.key)
    return column_field(column.description, name=column.key, personal=is_personal)


def _reference_resolver(column: GridColumn) -> Callable[..., Any]:
    prefix, values = column.id_prefix, attrgetter(column.attribute, f"{column.attribute}_label")
    assert prefix is not None

    def resolve(root: strawberry.Parent[Any]):  # noqa: ANN202 - the annotation of the field decides
        key, label = values(root)
        return None if key is None else GridReference(id=strawberry.ID(encode_id(prefix, key)), label=label)

    return resolve
