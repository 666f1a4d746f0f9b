"""Documents that their buyers are told about where wanted (docs/domain/orders.md#orders-28)."""

from typing import Any

from customer_gql.commerce.orders.documents.capturing import make_invoice
from customer_gql.commerce.orders.documents.shipments import create_shipment
from customer_gql.commerce.orders.workflow.writes import LockedOrder
from customer_gql.core.actor import Actor
from customer_gql.database.statements import Connection

from .writes import mail_invoice, mail_shipment


async def invoice_and_tell(
    connection: Connection, order: LockedOrder, items: Any, is_paid: Any, is_online: Any, notifies: Any, by: Actor
) -> int:
    made = await make_invoice(connection, order, items, is_paid=is_paid, is_online=is_online, by=by)
    if notifies:
        await mail_invoice(connection, order.row, made)
    return made


async def ship_and_tell(
    connection: Connection, order: LockedOrder, items: Any, tracking: Any, notifies: Any, by: Actor
) -> int:
    made = await create_shipment(connection, order, items, tracking, by=by)
    if notifies:
        await mail_shipment(connection, order.row, made)
    return made
