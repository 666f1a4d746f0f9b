from typing import Final

from customer_gql.messaging.events.event_types import EventType
from customer_gql.shop.websites.uses import Use

from .guards import GUARDS
from .notices import mail_taken_order
from .settings import SETTINGS
from .tables import order_counter
from .taking.reopened_carts import reopen_cart
from .taking.rule_uses import return_uses
from .taking.stock import return_stock

__all__ = [
    "EVENTS",
    "ON_ORDER_CANCELED",
    "ON_PAYMENT_LOST",
    "ON_PAYMENT_TAKEN",
    "ORDER_GUARDS",
    "SETTINGS",
    "STORE_VIEW_USES",
]

EVENTS: Final = (EventType("order.placed", "A customer or a guest placed an order."),)
STORE_VIEW_USES: Final = (Use("numbers of orders", order_counter.c.store_view_id),)
ORDER_GUARDS: Final = GUARDS
ON_ORDER_CANCELED: Final = (return_stock, return_uses)
ON_PAYMENT_TAKEN: Final = (mail_taken_order,)
ON_PAYMENT_LOST: Final = (reopen_cart,)
