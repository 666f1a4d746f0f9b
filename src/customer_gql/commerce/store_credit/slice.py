from typing import Final

from customer_gql.messaging.events.event_types import EventType

from .mails import MAILS

__all__ = ["EVENTS", "MAILS"]

EVENTS: Final = (
    EventType("customer.store_credit_changed", "Staff added or deducted store credit.", ("STORE_CREDIT_ADJUSTED",)),
)
