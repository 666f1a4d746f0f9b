from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, Numeric, and_, cast, exists, func, select

from customer_gql.customers.profile.tables import customer
from customer_gql.database.statements import Row
from customer_gql.loading.pages import Pages, Sort
from customer_gql.loading.reads import all_by, first_by, one_by
from customer_gql.shop.websites.tables import store, store_view, website

from .statuses.tables import order_status_state as assigned
from .tables import (
    order_statistics as statistics,
    sales_order,
    sales_order_address as order_address,
    sales_order_item as item,
    sales_order_number,
    shipment,
    tracking_number,
)

orders_by_id = one_by(select(sales_order), sales_order.c.customer_id, sales_order.c.id)
# With the website that decides whose staff may see the order by itself (docs/domain/orders.md#orders-11).
_PLACED = (
    select(sales_order, store.c.website_id).join(store_view, store_view.c.id == sales_order.c.store_view_id).join(store)
)
_placed_by_id = one_by(_PLACED, sales_order.c.customer_id, sales_order.c.id)
_keys_by_number = one_by(select(sales_order_number), sales_order_number.c.number)


async def find_reachable_order(
    context: Any, *, key: tuple[int, int] | None = None, number: str | None = None
) -> Row | None:
    """The order with this key or number, unless unknown or of a website the viewer does not reach."""
    if number is not None:
        claim: Row | None = await context.load(_keys_by_number, number)
        key = None if claim is None else (claim.customer_id, claim.order_id)
    found: Row | None = None if key is None else await context.load(_placed_by_id, key)
    return found if found is not None and context.viewer.reaches(found.website_id) else None


async def is_order_reachable(context: Any, key: Sequence[int]) -> bool:
    """For an order, and for what an order has: their keys begin with those of the order."""
    return await find_reachable_order(context, key=(key[0], key[1])) is not None


_newest = Sort("NEWEST", (sales_order.c.placed_at, sales_order.c.id), descending=True)
orders_by_customer = Pages(select(sales_order), sales_order.c.customer_id, sort=_newest)

# What the customer sees (docs/domain/orders.md#orders-10).
IS_VISIBLE: Final[Any] = (
    exists()
    .where(assigned.c.state == sales_order.c.state, assigned.c.status == sales_order.c.status, assigned.c.is_visible)
    .correlate(sales_order)
)
VISIBLE_ORDERS: Final[Any] = select(sales_order).where(IS_VISIBLE)
visible_orders_by_id = one_by(VISIBLE_ORDERS, sales_order.c.customer_id, sales_order.c.id)
own_orders_by_number = one_by(VISIBLE_ORDERS, sales_order.c.customer_id, sales_order.c.number)
visible_orders_by_customer = Pages(VISIBLE_ORDERS, sales_order.c.customer_id, sort=_newest)

_item_key = (item.c.customer_id, item.c.order_id)
# Wider than the column, because the number in an id may be one that no position can be.
items_by_id = one_by(select(item), *_item_key, cast(item.c.position, BigInteger).label("position"))
items_by_order = first_by(select(item).order_by(item.c.position), *_item_key)
item_counts_by_order = one_by(select(*_item_key, func.count().label("item_count")).group_by(*_item_key), *_item_key)

shipments_by_id = one_by(select(shipment), shipment.c.customer_id, shipment.c.order_id, shipment.c.id)
shipments_by_order = all_by(
    select(shipment).order_by(shipment.c.shipped_at, shipment.c.id), shipment.c.customer_id, shipment.c.order_id
)
tracking_numbers_by_shipment = all_by(
    select(tracking_number).order_by(tracking_number.c.position),
    tracking_number.c.customer_id,
    tracking_number.c.order_id,
    tracking_number.c.shipment_id,
)

_address_key = (order_address.c.customer_id, order_address.c.order_id)
billing_addresses_by_order = one_by(select(order_address).where(order_address.c.kind == "BILLING"), *_address_key)
shipping_addresses_by_order = one_by(select(order_address).where(order_address.c.kind == "SHIPPING"), *_address_key)

# In the base currency of the customer's website. Orders of another website count where the currency is the same:
# amounts in two currencies have no sum (docs/domain/orders.md#orders-7).
_count = cast(func.coalesce(func.sum(statistics.c.order_count), 0), BigInteger)
_value = cast(func.coalesce(func.sum(statistics.c.lifetime_value), 0), Numeric(38, 0))

statistics_by_customer = one_by(
    select(
        customer.c.id.label("customer_id"),
        _count.label("order_count"),
        _value.label("lifetime_value"),
        cast(func.round(_value / func.nullif(_count, 0)), Numeric(38, 0)).label("average_order_value"),
        func.max(statistics.c.last_order_at).label("last_order_at"),
        website.c.currency,
    )
    .select_from(
        customer.join(website).outerjoin(
            statistics,
            and_(statistics.c.customer_id == customer.c.id, statistics.c.currency == website.c.currency),
        )
    )
    .group_by(customer.c.id, website.c.currency),
    customer.c.id.label("customer_id"),
)
# As they are stored, each in the currency of its orders.
statistics_by_website = all_by(
    select(
        statistics,
        cast(func.round(statistics.c.lifetime_value / statistics.c.order_count), Numeric(38, 0)).label(
            "average_order_value"
        ),
    ).order_by(statistics.c.website_id, statistics.c.currency),
    statistics.c.customer_id,
)
