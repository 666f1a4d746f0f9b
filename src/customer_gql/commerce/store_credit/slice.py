from typing import Final

from customer_gql.messaging.events.event_types import EventType
from customer_gql.shop.websites.uses import Use

from .mails import MAILS
from .tables import store_credit

__all__ = ["EVENTS", "MAILS", "WEBSITE_USES"]

EVENTS: Final = (
    EventType("customer.store_credit_changed", "Staff added or deducted store credit.", ("STORE_CREDIT_ADJUSTED",)),
)
WEBSITE_USES: Final = (Use("store credit", store_credit.c.website_id, fixes_currency=True),)
