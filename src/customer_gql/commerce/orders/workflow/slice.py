from typing import Final

from customer_gql.messaging.events.event_types import EventType

EVENTS: Final = (
    EventType("order.state_changed", "The state of an order changed."),
    EventType("order.commented", "Staff wrote a comment on an order, or set another status."),
    EventType("order.address_changed", "An address of an order changed."),
)
