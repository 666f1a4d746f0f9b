"""The mail about an order that was placed (docs/domain/checkout.md#checkout-6)."""

from customer_gql.commerce.orders.mailing.writes import mail_placed_order
from customer_gql.commerce.orders.tables import sales_order
from customer_gql.commerce.orders.workflow.writes import LockedOrder
from customer_gql.database.statements import Connection, fetch_row


async def mail_order(connection: Connection, customer_id: int, order_id: int, *, first_name: str | None = None) -> None:
    """In the language of the store view of the order."""
    order = await fetch_row(connection, sales_order, {"customer_id": customer_id, "id": order_id})
    assert order is not None, "it is being placed or paid"
    await mail_placed_order(connection, order, first_name=first_name)


async def mail_taken_order(connection: Connection, order: LockedOrder) -> None:
    """Of one that waited for its payment."""
    await mail_order(connection, order.row.customer_id, order.row.id)
