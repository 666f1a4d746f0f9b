from typing import Final

from customer_gql.messaging.events.event_types import EventType
from customer_gql.shop.websites.uses import Use

from .mails import MAILS
from .opt_in import CONFIRM_BY_MAIL, ENABLED
from .tables import newsletter_subscription

__all__ = ["EVENTS", "HISTORY", "MAILS", "SETTINGS", "STORE_VIEW_USES"]

SETTINGS: Final = (ENABLED, CONFIRM_BY_MAIL)
EVENTS: Final = (
    EventType("customer.subscribed", "A subscription of a customer to a newsletter began.", ("SUBSCRIBED",)),
    EventType("customer.unsubscribed", "A subscription of a customer to a newsletter ended.", ("UNSUBSCRIBED",)),
)
HISTORY: Final = ("SUBSCRIPTION_REQUESTED",)
STORE_VIEW_USES: Final = (Use("newsletter subscriptions", newsletter_subscription.c.store_view_id),)
