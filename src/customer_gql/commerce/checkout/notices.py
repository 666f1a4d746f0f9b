"""The mail about an order that was placed (docs/domain/checkout.md#checkout-6)."""

from pathlib import Path
from typing import Final

from sqlalchemy import select

from customer_gql.commerce.orders.tables import sales_order, sales_order_item
from customer_gql.commerce.orders.workflow.writes import LockedOrder
from customer_gql.core.money import format_amount
from customer_gql.customers.profile.tables import customer
from customer_gql.database.statements import Connection, fetch_row, fetch_rows
from customer_gql.messaging.mail.kinds import NAME_SAMPLES, MailKind, Sender, page_path
from customer_gql.messaging.mail.writes import queue_mail

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


async def mail_order(connection: Connection, customer_id: int, order_id: int, *, first_name: str | None = None) -> None:
    """In the language of the store view of the order."""
    of_order = (sales_order_item.c.customer_id == customer_id, sales_order_item.c.order_id == order_id)
    order = await fetch_row(connection, sales_order, {"customer_id": customer_id, "id": order_id})
    assert order is not None, "it is being placed or paid"
    items = await fetch_rows(
        connection, select(sales_order_item).where(*of_order).order_by(sales_order_item.c.position)
    )
    account = await fetch_row(connection, customer, {"id": customer_id})
    currency = order.currency
    lines = [f"{one.quantity_ordered} x {one.name}, {format_amount(one.row_total, currency)}" for one in items]
    more = len(lines) - _MOST_LISTED
    shown = [*lines[:_MOST_LISTED], *([f"+ {more}"] if more > 0 else [])]
    await queue_mail(
        connection,
        template="order_placed",
        recipient=order.customer_email,
        customer_id=None if account is None else account.id,
        store_view_id=order.store_view_id,
        placeholders={
            "firstName": first_name or (order.billing_name if account is None else account.first_name),
            "orderNumber": order.number,
            "grandTotal": f"{format_amount(order.grand_total, currency)} {currency}",
            "items": "; ".join(shown),
        },
    )


async def mail_taken_order(connection: Connection, order: LockedOrder) -> None:
    """Of one that waited for its payment."""
    await mail_order(connection, order.row.customer_id, order.row.id)
