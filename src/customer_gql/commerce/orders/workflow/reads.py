from typing import Any, Final

from sqlalchemy import BigInteger, case, cast, exists, func, select

from customer_gql.commerce.orders.tables import sales_order, sales_order_item as item
from customer_gql.loading.pages import Pages, Sort
from customer_gql.loading.reads import one_by
from customer_gql.security.audit import select_staff

from .tables import order_comment

# A refund is of what was sent as far as that goes, so only the greater one counts.
_sent = func.greatest(item.c.quantity_shipped, item.c.quantity_refunded)
_done = func.greatest(item.c.quantity_invoiced, item.c.quantity_shipped) + item.c.quantity_canceled


def _sum(value: Any, name: str) -> Any:
    return cast(func.coalesce(func.sum(value), 0), BigInteger).label(name)


SUMS: Final[Any] = select(
    item.c.customer_id,
    item.c.order_id,
    _sum(item.c.quantity_ordered - _done, "to_cancel"),
    _sum(item.c.quantity_ordered - item.c.quantity_invoiced - item.c.quantity_canceled, "to_invoice"),
    _sum(case((item.c.is_virtual, 0), else_=item.c.quantity_ordered - _sent - item.c.quantity_canceled), "to_ship"),
    _sum(item.c.quantity_invoiced, "invoiced"),
    _sum(item.c.quantity_shipped, "shipped"),
).group_by(item.c.customer_id, item.c.order_id)
"""What is left to do of an order, and what was done, summed up over its items."""
HAS_TO_CANCEL: Final[Any] = exists().where(
    item.c.customer_id == sales_order.c.customer_id,
    item.c.order_id == sales_order.c.id,
    item.c.quantity_ordered > _done,
)
"""Whether anything of an order is neither invoiced nor shipped nor canceled."""
sums_by_order = one_by(SUMS, item.c.customer_id, item.c.order_id)

_COMMENTS: Final[Any] = select(order_comment, select_staff(order_comment))
_newest = Sort("NEWEST", (order_comment.c.id,), descending=True)
_key = (order_comment.c.customer_id, order_comment.c.order_id)
comments_by_id = one_by(_COMMENTS, *_key, order_comment.c.id)
comments_by_order = Pages(_COMMENTS, *_key, sort=_newest)
# What staff wrote for the customer to see.
_VISIBLE: Final[Any] = _COMMENTS.where(order_comment.c.is_visible)
visible_comments_by_id = one_by(_VISIBLE, *_key, order_comment.c.id)
visible_comments_by_order = Pages(_VISIBLE, *_key, sort=_newest)
