"""The grid of deleted customers (docs/domain/account-deletion.md#account-deletion-3)."""

from typing import Final

from sqlalchemy import Text, cast, select

from customer_gql.customers.history.tables import HistoryActor
from customer_gql.customers.profile.tables import deleted_customer
from customer_gql.loading.grids.columns import ColumnType
from customer_gql.loading.grids.entries import folded, plain_column, reference_column, text_column
from customer_gql.loading.grids.grid import Grid, columns_by_key
from customer_gql.loading.grids.orders import SortBy
from customer_gql.loading.grids.search import search_document
from customer_gql.security.audit import select_staff
from customer_gql.shop.websites.tables import website
from customer_gql.staff.audit.actor_columns import actor_column, staff_column

_gone = deleted_customer.c
_number = cast(_gone.number, Text())

_COLUMNS: Final = (
    plain_column(
        "number",
        "ID",
        "Customer number that the account had.",
        ColumnType.INTEGER,
        _gone.number,
        over=("DeletedCustomer.number",),
        is_never_empty=True,
        is_default=True,
        is_searched=True,
        is_indexed=True,
    ),
    plain_column(
        "customerId",
        "Customer",
        "Customer that the account was of.",
        ColumnType.ID,
        _gone.customer_id,
        id_prefix="cus",
        sql_label=lambda _key: _number,
        is_never_empty=True,
        is_sortable=False,
        is_indexed=True,
    ),
    text_column(
        "externalId",
        "External ID",
        "Id that another system gave the customer.",
        _gone.external_id,
        over=("DeletedCustomer.external_id",),
        is_searched=True,
    ),
    reference_column(
        "website",
        "Website",
        "Website of the account when it was deleted.",
        _gone.website_id,
        "web",
        website,
        is_default=True,
        is_facetable=True,
        is_indexed=True,
    ),
    plain_column(
        "deletedAt",
        "Deleted",
        "Time of the deletion.",
        ColumnType.DATE_TIME,
        _gone.deleted_at,
        over=("DeletedCustomer.deleted_at",),
        is_never_empty=True,
        is_default=True,
        is_indexed=True,
    ),
    actor_column(
        "Deleted by",
        "Kind of identity that deleted the account.",
        deleted_customer,
        HistoryActor,
        over=("DeletedCustomer.actor",),
    ),
    staff_column("Staff user who deleted the account; empty for other actors.", deleted_customer),
)

DELETED_CUSTOMER: Final = select(deleted_customer, select_staff(deleted_customer))

DELETED_CUSTOMERS: Final = Grid(
    name="DELETED_CUSTOMERS",
    title="deleted customers",
    list_name="deleted_customer",
    nodes=DELETED_CUSTOMER,
    node_key=(_gone.customer_id,),
    source=deleted_customer,
    key=(_gone.customer_id,),
    columns=columns_by_key(*_COLUMNS),
    default_sort=SortBy("NUMBER", is_descending=True),
    website=_gone.website_id,
    document=search_document(exact=[_number, folded(_gone.external_id)]),
)
