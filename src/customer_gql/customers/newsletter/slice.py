from typing import Final

from customer_gql.messaging.events.event_types import EventType

from .mails import MAILS
from .opt_in import CONFIRM_BY_MAIL, ENABLED

__all__ = ["EVENTS", "HISTORY", "MAILS", "SETTINGS"]

SETTINGS: Final = (ENABLED, CONFIRM_BY_MAIL)
EVENTS: Final = (
    EventType("customer.subscribed", "A subscription of a customer to a newsletter began.", ("SUBSCRIBED",)),
    EventType("customer.unsubscribed", "A subscription of a customer to a newsletter ended.", ("UNSUBSCRIBED",)),
)
HISTORY: Final = ("SUBSCRIPTION_REQUESTED",)
