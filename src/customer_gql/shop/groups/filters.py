"""The grid of customer groups (docs/domain/groups.md#groups-1)."""

from typing import Any, Final

from sqlalchemy import Text, cast, select

from customer_gql.loading.grids.columns import ColumnType
from customer_gql.loading.grids.entries import folded, plain_column, reference_column, text_column
from customer_gql.loading.grids.grid import Grid, columns_by_key
from customer_gql.loading.grids.orders import SortBy
from customer_gql.loading.grids.search import search_document

from .tables import IS_ASSIGNABLE, customer_group, tax_class

_group = customer_group.c

GROUP: Final[Any] = select(customer_group, _group.id.label("number"), IS_ASSIGNABLE.label("is_assignable"))
"""A group, as every read of it gives it."""

_COLUMNS: Final = (
    plain_column(
        "number",
        "ID",
        "Number of the group.",
        ColumnType.INTEGER,
        _group.id,
        over=("CustomerGroup.number",),
        is_never_empty=True,
        is_default=True,
        is_searched=True,
        is_indexed=True,
    ),
    text_column(
        "name",
        "Group",
        "Name of the group.",
        _group.name,
        over=("CustomerGroup.name",),
        is_never_empty=True,
        is_default=True,
        is_searched=True,
    ),
    reference_column(
        "taxClass",
        "Tax class",
        "Tax class of purchases by members of the group.",
        _group.tax_class_id,
        "tax",
        tax_class,
        over=("CustomerGroup.tax_class",),
        is_never_empty=True,
        is_default=True,
        is_facetable=True,
    ),
    plain_column(
        "isAssignable",
        "Assignable",
        "Whether customers can be put into the group.",
        ColumnType.BOOLEAN,
        IS_ASSIGNABLE,
        over=("CustomerGroup.is_assignable",),
        is_never_empty=True,
        is_facetable=True,
    ),
    plain_column(
        "version",
        "Version",
        "Version of the group.",
        ColumnType.INTEGER,
        _group.version,
        over=("CustomerGroup.version",),
        is_never_empty=True,
    ),
)

CUSTOMER_GROUPS: Final = Grid(
    name="CUSTOMER_GROUPS",
    title="customer groups",
    list_name="customer_group",
    nodes=GROUP,
    node_key=(_group.id,),
    source=customer_group,
    key=(_group.id,),
    columns=columns_by_key(*_COLUMNS),
    default_sort=SortBy("NUMBER"),
    document=search_document(words=(folded(_group.name),), exact=[cast(_group.id, Text())]),
)
