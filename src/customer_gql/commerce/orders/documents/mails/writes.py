"""Mails about invoices and shipments (docs/domain/orders.md#orders-28)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from customer_gql.commerce.orders.documents.tables import invoice, invoice_item, shipment_item
from customer_gql.commerce.orders.mailing.writes import join_lines, of_order, queue_order_mail
from customer_gql.commerce.orders.tables import sales_order_item as item, shipment, tracking_number
from customer_gql.core.money import format_amount
from customer_gql.database.statements import Connection, Row, fetch_row, fetch_rows


async def mail_invoice(connection: Connection, order: Any, invoice_id: int) -> bool:
    key = {"customer_id": order.customer_id, "order_id": order.id, "id": invoice_id}
    made = await fetch_row(connection, invoice, key)
    assert made is not None
    of_invoice = (*of_order(invoice_item, order), invoice_item.c.invoice_id == invoice_id)
    query = select(invoice_item.c.quantity, invoice_item.c.row_total, item.c.name).where(*of_invoice)
    lines = [
        f"{one.quantity} x {one.name}, {format_amount(one.row_total, made.currency)}"
        for one in await fetch_rows(connection, _with_names(query, invoice_item))
    ]
    total = f"{format_amount(made.grand_total, made.currency)} {made.currency}"
    told = {"invoiceNumber": made.number, "grandTotal": total, "items": join_lines(lines)}
    return await queue_order_mail(connection, order, "order_invoiced", **told)


async def mail_shipment(connection: Connection, order: Any, shipment_id: int) -> bool:
    key = {"customer_id": order.customer_id, "order_id": order.id, "id": shipment_id}
    sent = await fetch_row(connection, shipment, key)
    assert sent is not None
    of_shipment = (*of_order(shipment_item, order), shipment_item.c.shipment_id == shipment_id)
    query = select(shipment_item.c.quantity, item.c.name).where(*of_shipment)
    lines = [f"{one.quantity} x {one.name}" for one in await fetch_rows(connection, _with_names(query, shipment_item))]
    parcels = (*of_order(tracking_number, order), tracking_number.c.shipment_id == shipment_id)
    found = await fetch_rows(connection, select(tracking_number).where(*parcels).order_by(tracking_number.c.position))
    told = {
        "shipmentNumber": sent.number or "",
        "items": join_lines(lines),
        "trackingNumbers": join_lines([f"{one.carrier} {one.number}" for one in found]),
    }
    return await queue_order_mail(connection, order, "order_shipped", **told)


def _with_names(query: Any, lines: Any) -> Any:
    """Of the items that lines of a document are about, in their order."""
    of_item = [lines.c[name] == item.c[name] for name in ("customer_id", "order_id", "position")]
    return query.join(item, of_item[0] & of_item[1] & of_item[2]).order_by(lines.c.position)


async def find_document(connection: Connection, table: Any, order: Row, key: Sequence[int]) -> Row | None:
    """An invoice or a shipment of the order; None for one of another order."""
    if tuple(key[:2]) != (order.customer_id, order.id):
        return None
    return await fetch_row(connection, table, {"customer_id": key[0], "order_id": key[1], "id": key[2]})
