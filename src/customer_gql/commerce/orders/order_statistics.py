"""Order statistics: what the orders of a customer add up to, kept beside them so that lists can filter and sort by it."""

from typing import Final

from sqlalchemy import Numeric, cast, func, select

from customer_gql.database.projections import Projection
from customer_gql.shop.websites.tables import store, store_view

from .statuses.tables import OrderState
from .tables import order_statistics, sales_order

ORDER_STATISTICS: Final = Projection(
    table=order_statistics,
    reads=(sales_order,),
    customer_id=sales_order.c.customer_id,
    rows=(
        select(
            sales_order.c.customer_id,
            store.c.website_id,
            sales_order.c.currency,
            func.count().label("order_count"),
            # Numeric, because a sum beyond 64 bits would fail everybody whose orders are summed up with it.
            cast(func.sum(sales_order.c.grand_total - sales_order.c.refunded_total), Numeric(38, 0)).label(
                "lifetime_value"
            ),
            func.min(sales_order.c.placed_at).label("first_order_at"),
            func.max(sales_order.c.placed_at).label("last_order_at"),
        )
        .join(store_view, store_view.c.id == sales_order.c.store_view_id)
        .join(store)
        .where(sales_order.c.state != OrderState.CANCELED.value)
        .group_by(sales_order.c.customer_id, store.c.website_id, sales_order.c.currency)
    ),
)
