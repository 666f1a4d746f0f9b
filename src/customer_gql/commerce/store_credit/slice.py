from typing import Final

from customer_gql.messaging.events.event_types import EventType

EVENTS: Final = (
    EventType("customer.store_credit_adjusted", "Staff added or deducted store credit.", ("STORE_CREDIT_ADJUSTED",)),
)
