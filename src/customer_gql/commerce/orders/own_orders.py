"""The orders of the signed-in customer, filtered and sorted as the customer likes (docs/domain/orders.md#orders-24)."""

import enum
from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select

from customer_gql.database.statements import Connection, Row, compile_statement, fetch_one
from customer_gql.loading.grids.filters import FilterTree
from customer_gql.loading.grids.grid import Grid, columns_by_key
from customer_gql.loading.grids.orders import SortBy
from customer_gql.loading.grids.pages import GridQuestion
from customer_gql.loading.pages import Page, Window
from customer_gql.shop.websites.reads import find_requested_view
from customer_gql.shop.websites.tables import store, store_view

from .filters import ORDERS
from .reads import IS_VISIBLE, VISIBLE_ORDERS, visible_orders_by_customer
from .tables import sales_order

_FILTERED: Final = ("number", "state", "status", "placedAt", "grandTotal")


class OrderScope(enum.Enum):
    GLOBAL = "GLOBAL"
    WEBSITE = "WEBSITE"
    STORE_VIEW = "STORE_VIEW"


OWN_ORDERS: Final = Grid(
    name="OWN_ORDERS",
    title="orders of the customer",
    list_name="own_order",
    nodes=VISIBLE_ORDERS,
    node_key=(sales_order.c.customer_id, sales_order.c.id),
    source=sales_order,
    key=(sales_order.c.customer_id, sales_order.c.id),
    columns=columns_by_key(*[ORDERS.columns[key] for key in _FILTERED]),
    default_sort=SortBy("PLACED_AT", is_descending=True),
)


def load_own_orders(
    context: Any,
    customer_id: int,
    window: Window,
    *,
    filter: FilterTree | None,
    sort: Sequence[Mapping[str, Any]] | None,
    scope: OrderScope,
) -> Awaitable[Page]:
    """A page of the orders that the customer sees, newest first by default. Raises `BadInput` with the path of what is wrong."""
    if filter is None and not sort and scope is OrderScope.GLOBAL:
        return visible_orders_by_customer.load(context, customer_id, window)
    keys = [SortBy(one["by"].value, one["direction"].value == "DESC") for one in sort or ()]
    question = GridQuestion.of(OWN_ORDERS, filter=filter, sort=keys)
    return _find_page(context, customer_id, window, question, scope)


def belongs_to(customer_id: int) -> ColumnElement[bool]:
    return sales_order.c.customer_id == customer_id


async def find_own_order(connection: Connection, key: Sequence[int], *, customer_id: int) -> Row | None:
    """The order, where it is one that the customer sees."""
    of_key = (sales_order.c.customer_id == key[0], sales_order.c.id == key[1])
    return await fetch_one(connection, VISIBLE_ORDERS.where(*of_key, belongs_to(customer_id)))


async def _find_page(context: Any, customer_id: int, window: Window, question: GridQuestion, scope: OrderScope) -> Page:
    own: list[ColumnElement[bool]] = [belongs_to(customer_id), IS_VISIBLE]
    conditions = [*own, *question.narrowing, *await _find_places(context, scope)]
    order = question.order
    statement = OWN_ORDERS.page_statement(
        conditions, order, backward=window.backward, positioned=window.cursor is not None, has_row=False
    )
    rows = await context.fetch(compile_statement(statement), **window.arguments(order))

    async def count() -> int:
        counted = compile_statement(select(func.count().label("total")).select_from(sales_order).where(*conditions))
        [found] = await context.fetch(counted)
        return found.total

    return Page(rows, window, order, count)


async def _find_places(context: Any, scope: OrderScope) -> list[ColumnElement[bool]]:
    """Where an order was placed, by the store view of the request. Raises `BadInput` for an unknown one."""
    if scope is OrderScope.GLOBAL:
        return []
    async with context.database.reads.acquire() as connection:
        view = await find_requested_view(connection, context.caller.store_view, website_id=context.viewer.website_id)
    if scope is OrderScope.STORE_VIEW:
        return [sales_order.c.store_view_id == view.id]
    of_website = select(store_view.c.id).join(store, store.c.id == store_view.c.store_id)
    return [sales_order.c.store_view_id.in_(of_website.where(store.c.website_id == view.website_id))]
