"""Samples of invoices and shipments for the tests that walk the whole graph."""

import datetime as dt
from typing import Any

from customer_gql.commerce.orders.documents.tables import invoice, invoice_item
from customer_gql.core.ids import encode_id, new_id
from customer_gql.database.statements import Connection, Row
from support.access_walk import Ids
from support.calls import about, by_input, with_fresh_key
from support.customers import make_order, make_product, put


def items_of(ids: Ids) -> list[dict[str, Any]]:
    return [{"orderItemId": ids["oit"], "quantity": 1}]


NOT_PERSONAL = dict.fromkeys(("Invoice.number", "Shipment.number"), "a number of the shop")
CALLS = {
    "invoiceCreate": [with_fresh_key(by_input(lambda ids: {"orderId": ids["ord"], "items": items_of(ids)}))],
    "invoiceCapture": [about("ivc")],
    "invoiceCancel": [about("ivc")],
    "shipmentTrackingAdd": [by_input(lambda ids: {"shipmentId": ids["shp"], "carrier": "DHL", "number": "walk"})],
    "shipmentTrackingRemove": [by_input(lambda ids: {"shipmentId": ids["shp"], "carrier": "DHL", "number": "walk"})],
    "shipmentCreate": [with_fresh_key(by_input(lambda ids: {"orderId": ids["ord"], "items": items_of(ids)}))],
}
UNRECORDED = dict.fromkeys(CALLS, "of the order, not of a customer")


async def furnish(connection: Connection, customer: Row) -> dict[str, Any]:
    order = await make_order(connection, customer, [await make_product(connection)], state="NEW")
    key = {"customer_id": customer.id, "order_id": order.id}
    amounts = {"subtotal": 1990, "discount_total": 0, "shipping_total": 0, "tax_total": 0, "grand_total": 1990}
    id, when = new_id(), dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
    number = f"T-{id}"
    await put(
        connection, invoice, **key, id=id, number=number, state="OPEN", created_at=when, currency="USD", **amounts
    )
    await put(connection, invoice_item, **key, invoice_id=id, position=1, quantity=1, currency="USD", row_total=1990)
    # Of this order, which is new, documents can be made.
    return {
        "ivc": encode_id("ivc", customer.id, order.id, id),
        "ord": encode_id("ord", customer.id, order.id),
        "oit": encode_id("oit", customer.id, order.id, 1),
    }
