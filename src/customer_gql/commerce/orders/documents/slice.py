from typing import Final

from customer_gql.messaging.events.event_types import EventType
from customer_gql.shop.websites.uses import Use

from .capturing import pay_captured_invoice
from .tables import document_counter

EVENTS: Final = (
    EventType("invoice.created", "Items of an order were invoiced."),
    EventType("invoice.paid", "An open invoice was paid."),
    EventType("invoice.canceled", "An open invoice was canceled."),
    EventType("shipment.created", "Items of an order were shipped."),
    EventType("shipment.tracking_changed", "A tracking number of a shipment was added or removed."),
)
ON_PAYMENT_CAPTURED: Final = (pay_captured_invoice,)
STORE_VIEW_USES: Final = (Use("numbers of documents", document_counter.c.store_view_id),)
