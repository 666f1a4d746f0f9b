"""The mail about an order that was placed (docs/domain/checkout.md#checkout-6)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from customer_gql.core.money import format_amount
from customer_gql.database.statements import Connection
from customer_gql.messaging.mail.kinds import NAME_SAMPLES, MailKind, Sender, page_path
from customer_gql.messaging.mail.writes import queue_mail

from .guards import OrderAttempt

_PAGE: Final = page_path("order_placed", "/orders", "that lists orders")
_SAMPLES: Final = {
    **NAME_SAMPLES,
    "orderNumber": "DE-00000042",
    "grandTotal": "35.00 USD",
    "items": "3 x Mug, 30.00 USD",
}
MAILS: Final = (
    MailKind(
        "order_placed",
        "An order was placed by a customer or a guest.",
        Sender.SALES,
        _PAGE,
        _SAMPLES,
        Path(__file__).parent / "mails",
    ),
)
_MOST_LISTED: Final = 50


async def mail_order(
    connection: Connection, attempt: OrderAttempt, order: Mapping[str, Any], items: Sequence[Mapping[str, Any]]
) -> None:
    """In the language of the store view of the order."""
    currency = order["currency"]
    lines = [f"{one['quantity_ordered']} x {one['name']}, {format_amount(one['row_total'], currency)}" for one in items]
    more = len(lines) - _MOST_LISTED
    shown = [*lines[:_MOST_LISTED], *([f"+ {more}"] if more > 0 else [])]
    customer = attempt.customer
    await queue_mail(
        connection,
        template="order_placed",
        recipient=order["customer_email"],
        customer_id=None if customer is None else customer.id,
        store_view_id=order["store_view_id"],
        placeholders={
            "firstName": (attempt.priced.destination.billing if customer is None else customer).first_name,
            "orderNumber": order["number"],
            "grandTotal": f"{format_amount(order['grand_total'], currency)} {currency}",
            "items": "; ".join(shown),
        },
    )
