from typing import Final

from customer_gql.messaging.events.event_types import EventType

from .guards import GUARDS
from .notices import MAILS
from .settings import SETTINGS
from .taking.rule_uses import return_uses
from .taking.stock import return_stock

__all__ = ["EVENTS", "MAILS", "ON_ORDER_CANCELED", "ORDER_GUARDS", "SETTINGS"]

EVENTS: Final = (EventType("order.placed", "A customer or a guest placed an order."),)
ORDER_GUARDS: Final = GUARDS
ON_ORDER_CANCELED: Final = (return_stock, return_uses)
