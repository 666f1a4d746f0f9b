"""The grid of orders: names and numbers are those of the order, as it was placed (docs/domain/orders.md#orders-11)."""

from typing import Any, Final

from sqlalchemy import Boolean, ColumnElement, exists, select, type_coerce

from customer_gql.core.text import MAX_SORT_KEY
from customer_gql.customers.profile.tables import customer
from customer_gql.loading.grids.columns import ColumnType, GridColumn, TextForm
from customer_gql.loading.grids.entries import folded, plain_column, reference_column, text_column
from customer_gql.loading.grids.grid import Grid, columns_by_key
from customer_gql.loading.grids.orders import SortBy
from customer_gql.shop.groups.tables import customer_group
from customer_gql.shop.websites.tables import store, store_view, website
from customer_gql.staff.tables import staff_user

from .statuses.tables import OrderState, order_status
from .tables import CUSTOMER_NAME_START, ORDER_DOCUMENT, sales_order

_order = sales_order.c


def _money(key: str, title: str, description: str, column: str, **given: Any) -> GridColumn:
    """An amount in the currency of the order."""
    return plain_column(
        key,
        title,
        description,
        ColumnType.MONEY,
        _order[column],
        currency=_order.currency,
        over=(f"Order.{column}",),
        is_never_empty=True,
        **given,
    )


def name_of_status(code: ColumnElement[Any]) -> ColumnElement[Any]:
    """What people read for the code of a status."""
    named = order_status.alias("named_order_status")
    return select(named.c.label).where(named.c.code == code).scalar_subquery()


_is_customer_deleted = type_coerce(
    ~exists().where(customer.c.id == _order.customer_id).correlate(sales_order), Boolean()
)

_COLUMNS: Final = (
    text_column(
        "number",
        "ID",
        "Order number.",
        _order.number,
        over=("Order.number",),
        is_never_empty=True,
        is_default=True,
        is_searched=True,
        is_indexed=True,
    ),
    plain_column(
        "state",
        "State",
        "State of the order, which decides what can be done with it.",
        ColumnType.ENUM,
        _order.state,
        choices=OrderState,
        over=("Order.state",),
        is_never_empty=True,
        is_facetable=True,
        is_indexed=True,
    ),
    plain_column(
        "status",
        "Status",
        "Code of the status by which the shop names where the order is.",
        ColumnType.STRING,
        _order.status,
        compared=folded(_order.status),
        over=("Order.status",),
        sql_label=name_of_status,
        is_never_empty=True,
        is_default=True,
        is_facetable=True,
    ),
    reference_column(
        "website",
        "Website",
        "Website on which the order was placed.",
        store.c.website_id,
        "web",
        website,
        is_facetable=True,
    ),
    reference_column(
        "storeView",
        "Purchase point",
        "Store view in which the order was placed.",
        _order.store_view_id,
        "stv",
        store_view,
        is_default=True,
        is_facetable=True,
        is_indexed=True,
    ),
    plain_column(
        "placedAt",
        "Purchase date",
        "Time at which the order was placed.",
        ColumnType.DATE_TIME,
        _order.placed_at,
        over=("Order.placed_at",),
        is_never_empty=True,
        is_default=True,
        is_indexed=True,
    ),
    plain_column(
        "customerNumber",
        "Customer ID",
        "Number of the customer when the order was placed.",
        ColumnType.INTEGER,
        _order.customer_number,
        is_indexed=True,
    ),
    plain_column(
        "customerEmail",
        "Customer e-mail",
        "E-mail address of the buyer when the order was placed.",
        ColumnType.STRING,
        _order.customer_email,
        form=TextForm.EMAIL,
        compared=_order.customer_email_key,
        over=("Order.customer_email",),
        is_never_empty=True,
        is_searched=True,
        is_indexed=True,
    ),
    plain_column(
        "customerName",
        "Customer name",
        "Name of the buyer when the order was placed.",
        ColumnType.STRING,
        _order.customer_name,
        compared=CUSTOMER_NAME_START,
        longest=MAX_SORT_KEY,
        over=("Order.customer_name",),
        is_never_empty=True,
        is_searched=True,
        is_indexed=True,
    ),
    reference_column(
        "customerGroup",
        "Customer group",
        "Group of the customer when the order was placed.",
        _order.customer_group_id,
        "grp",
        customer_group,
        is_facetable=True,
    ),
    text_column(
        "billingName",
        "Bill-to name",
        "Name in the billing address of the order.",
        _order.billing_name,
        over=("OrderAddress.name",),
        is_default=True,
        is_searched=True,
    ),
    text_column(
        "shippingName",
        "Ship-to name",
        "Name in the shipping address of the order.",
        _order.shipping_name,
        over=("OrderAddress.name",),
        is_default=True,
        is_searched=True,
    ),
    text_column(
        "company",
        "Company",
        "Company in the billing address of the order.",
        _order.company,
        over=("OrderAddress.company",),
        is_searched=True,
    ),
    _money(
        "grandTotal", "Grand total", "Amount to pay for the order.", "grand_total", is_default=True, is_indexed=True
    ),
    _money("subtotal", "Subtotal", "Sum of price times quantity.", "subtotal"),
    _money("shippingTotal", "Shipping", "Shipping charge.", "shipping_total"),
    _money("refundedTotal", "Refunded", "Refunded amount.", "refunded_total"),
    plain_column(
        "updatedAt",
        "Changed",
        "Time of the last change of the order.",
        ColumnType.DATE_TIME,
        _order.updated_at,
        is_never_empty=True,
    ),
    plain_column(
        "archivedAt",
        "Archived",
        "Time at which staff moved the order into the archive.",
        ColumnType.DATE_TIME,
        _order.archived_at,
        over=("Order.archived_at",),
    ),
    reference_column(
        "salesRepresentative",
        "Sales representative",
        "Staff user who took the order.",
        _order.sales_representative_id,
        "stf",
        staff_user,
        is_facetable=True,
    ),
    plain_column(
        "isCustomerDeleted",
        "Customer deleted",
        "Whether the account of the customer was deleted.",
        ColumnType.BOOLEAN,
        _is_customer_deleted,
        is_never_empty=True,
        is_facetable=True,
    ),
)

ORDERS: Final = Grid(
    name="ORDERS",
    title="orders",
    list_name="sales_order",
    nodes=select(sales_order),
    node_key=(_order.customer_id, _order.id),
    source=sales_order.join(store_view, store_view.c.id == _order.store_view_id).join(store),
    key=(_order.customer_id, _order.id),
    columns=columns_by_key(*_COLUMNS),
    default_sort=SortBy("NUMBER", is_descending=True),
    website=store.c.website_id,
    document=ORDER_DOCUMENT,
    is_search_indexed=True,
)
