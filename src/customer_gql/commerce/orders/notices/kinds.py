"""Mails about orders (docs/domain/orders.md#orders-28)."""

from functools import partial
from pathlib import Path
from typing import Final

from customer_gql.messaging.mail.kinds import NAME_SAMPLES, MailKind, Sender, page_path

_PAGE: Final = page_path("order_placed", "/orders", "that lists orders")
_ORDER: Final = {**NAME_SAMPLES, "orderNumber": "DE-00000042"}
_kind = partial(MailKind, sender=Sender.SALES, page=_PAGE, folder=Path(__file__).parent / "mails")
MAILS: Final = (
    _kind(
        "order_placed",
        "An order was placed by a customer or a guest.",
        own_samples={**_ORDER, "grandTotal": "35.00 USD", "items": "3 x Mug, 30.00 USD"},
    ),
    _kind(
        "order_commented",
        "Staff wrote a comment on an order, or set another status, for its buyer to know.",
        own_samples={**_ORDER, "status": "Processing", "comment": "It leaves tomorrow."},
    ),
    _kind(
        "order_invoiced",
        "Items of an order were invoiced.",
        own_samples={
            **_ORDER,
            "invoiceNumber": "DE-00000007",
            "grandTotal": "35.00 USD",
            "items": "3 x Mug, 30.00 USD",
        },
    ),
    _kind(
        "order_shipped",
        "Items of an order were sent.",
        own_samples={
            **_ORDER,
            "shipmentNumber": "DE-00000009",
            "items": "3 x Mug",
            "trackingNumbers": "DHL 00340434161094042557",
        },
    ),
    _kind(
        "order_canceled",
        "A customer or a guest canceled an order.",
        own_samples={**_ORDER, "reason": "Wrong items ordered"},
    ),
)
