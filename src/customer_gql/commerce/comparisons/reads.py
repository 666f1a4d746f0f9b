from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import select

from customer_gql.commerce.orders.reads import VISIBLE_ORDERS
from customer_gql.commerce.orders.statuses.tables import OrderState
from customer_gql.commerce.orders.tables import sales_order, sales_order_item as item
from customer_gql.loading.reads import capped_by, one_by

from .tables import LISTS, customer_browsing, visitor_browsing

LAST_ORDERED: Final = 20
KEPT: Final = 50
"""Of each list the newest."""

browsing_by_customer: Final = one_by(select(customer_browsing), customer_browsing.c.customer_id)
browsing_by_visitor: Final = one_by(select(visitor_browsing), visitor_browsing.c.token_hash)
_orders: Any = VISIBLE_ORDERS.where(sales_order.c.state != OrderState.CANCELED.value).subquery("visible")
last_items_by_customer: Final = capped_by(
    select(item)
    .join(_orders, (_orders.c.customer_id == item.c.customer_id) & (_orders.c.id == item.c.order_id))
    .order_by(_orders.c.placed_at.desc(), _orders.c.id.desc(), item.c.position),
    LAST_ORDERED,
    item.c.customer_id,
)


class BrowsedProduct(NamedTuple):
    product_id: int
    at: str
    """ISO 8601."""


def read_lists(row: Any) -> dict[str, list[BrowsedProduct]]:
    """Of a stored row, or of none."""
    return {name: [] if row is None else _parse_list(getattr(row, name)) for name in LISTS}


def _parse_list(stored: Any) -> list[BrowsedProduct]:
    found = orjson.loads(stored) if isinstance(stored, str) else stored
    return [BrowsedProduct(one["product_id"], one["at"]) for one in found]
