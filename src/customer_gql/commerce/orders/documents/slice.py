from typing import Final

from customer_gql.messaging.events.event_types import EventType

EVENTS: Final = (
    EventType("invoice.created", "Items of an order were invoiced."),
    EventType("shipment.created", "Items of an order were shipped."),
)
