from typing import Final

from customer_gql.messaging.events.event_types import EventType

EVENTS: Final = (EventType("customer.tags_changed", "Tags of a customer were added or removed.", ("TAGS_CHANGED",)),)
