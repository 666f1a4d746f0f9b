"""What the buyer of an order is told by mail, in the language of its store view and in the transaction of the change
(docs/domain/orders.md#orders-28)."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import select

from customer_gql.commerce.orders.statuses.reads import labels_by_status
from customer_gql.commerce.orders.tables import sales_order_item as item
from customer_gql.core.money import format_amount
from customer_gql.customers.profile.tables import customer
from customer_gql.database.statements import Connection, fetch_one, fetch_rows
from customer_gql.messaging.mail.writes import queue_mail

MOST_LISTED: Final = 50


async def mail_placed_order(connection: Connection, order: Any, *, first_name: str | None = None) -> bool:
    """Whether the mail was queued, as of all of these; false where the address has had too many, or just the same."""
    lines = [
        f"{one.quantity_ordered} x {one.name}, {format_amount(one.row_total, order.currency)}"
        for one in await fetch_rows(connection, select(item).where(*of_order(item, order)).order_by(item.c.position))
    ]
    total = f"{format_amount(order.grand_total, order.currency)} {order.currency}"
    return await queue_order_mail(
        connection, order, "order_placed", first_name, grandTotal=total, items=join_lines(lines)
    )


async def mail_comment(connection: Connection, order: Any, *, status: str, text: str | None) -> bool:
    """The status as the buyer reads it."""
    query = labels_by_status.statement
    [label] = await fetch_rows(connection, query, key_0=[status], key_1=[order.store_view_id])
    return await queue_order_mail(connection, order, "order_commented", status=label.label, comment=text or "")


async def mail_cancellation(connection: Connection, order: Any, *, reason: str) -> bool:
    return await queue_order_mail(connection, order, "order_canceled", reason=reason)


def of_order(table: Any, order: Any) -> tuple[Any, Any]:
    return table.c.customer_id == order.customer_id, table.c.order_id == order.id


def join_lines(lines: Sequence[str]) -> str:
    more = len(lines) - MOST_LISTED
    shown: Iterable[str] = [*lines[:MOST_LISTED], *([f"+ {more}"] if more > 0 else [])]
    return "; ".join(shown)


async def queue_order_mail(
    connection: Connection, order: Any, template: str, first_name: str | None = None, **told: str
) -> bool:
    """To the address that the account has now, and that of the order where there is none."""
    account = await fetch_one(connection, select(customer).where(customer.c.id == order.customer_id))
    return await queue_mail(
        connection,
        template=template,
        recipient=order.customer_email if account is None else account.email,
        customer_id=None if account is None else account.id,
        store_view_id=order.store_view_id,
        placeholders={
            "firstName": first_name or (order.customer_name if account is None else account.first_name),
            "orderNumber": order.number,
            **told,
        },
    )
