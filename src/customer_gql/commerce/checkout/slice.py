from typing import Final

from customer_gql.messaging.events.event_types import EventType
from customer_gql.shop.websites.uses import Use

from .guards import GUARDS
from .notices import MAILS
from .settings import SETTINGS
from .tables import order_counter
from .taking.rule_uses import return_uses
from .taking.stock import return_stock

__all__ = ["EVENTS", "MAILS", "ON_ORDER_CANCELED", "ORDER_GUARDS", "SETTINGS", "STORE_VIEW_USES"]

EVENTS: Final = (EventType("order.placed", "A customer or a guest placed an order."),)
STORE_VIEW_USES: Final = (Use("numbers of orders", order_counter.c.store_view_id),)
ORDER_GUARDS: Final = GUARDS
ON_ORDER_CANCELED: Final = (return_stock, return_uses)
