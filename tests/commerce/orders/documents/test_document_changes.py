"""Invoices that are paid or canceled later, and tracking numbers that come and go."""

import asyncio
import uuid
from typing import Any

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.database.statements import Connection
from support.customers import make_customer, make_order, make_product
from support.staff import make_website, staff_client

_FIELDS = """order { state paidTotal { amount currency } amountDue { amount } items { quantityInvoiced } } userErrors { code key path }"""
CREATE = f"""mutation M($input: InvoiceCreateInput!) {{ invoiceCreate(input: $input) {{
  invoice {{ id number state grandTotal {{ amount }} }} {_FIELDS} }} }}"""
CAPTURE = f"""mutation M($input: InvoiceCaptureInput!, $dryRun: Boolean = false) {{
  invoiceCapture(input: $input, dryRun: $dryRun) {{ invoice {{ state }} {_FIELDS} }} }}"""
CANCEL = f"""mutation M($input: InvoiceCancelInput!, $dryRun: Boolean = false) {{
  invoiceCancel(input: $input, dryRun: $dryRun) {{ invoice {{ state }} {_FIELDS} }} }}"""
SHIP = """mutation M($input: ShipmentCreateInput!) { shipmentCreate(input: $input) { shipment { id } userErrors { key } } }"""
ADD = """mutation M($input: ShipmentTrackingAddInput!, $dryRun: Boolean = false) {
  shipmentTrackingAdd(input: $input, dryRun: $dryRun) { shipment { trackingNumbers { carrier number } }
    userErrors { code key path } } }"""
REMOVE = """mutation M($input: ShipmentTrackingRemoveInput!) {
  shipmentTrackingRemove(input: $input) { shipment { trackingNumbers { carrier number } } userErrors { code key path } } }"""


async def send(client: Any, document: str, *, dry_run: bool = False, **input: Any) -> Any:
    [answer] = (await client.data(document, input=input, dryRun=dry_run)).values()
    return answer


async def place(connection: Connection, state: str = "NEW", **given: Any) -> Any:
    owner = await make_customer(connection)
    return await make_order(connection, owner, [await make_product(connection)], state=state, **given)


async def create_invoice(client: Any, order: Any, capture: str = "NONE") -> Any:
    id = encode_id("ord", order.customer_id, order.id)
    answer = await send(client, CREATE, orderId=id, idempotencyKey=uuid.uuid4().hex, capture=capture)
    assert answer["userErrors"] == []
    return answer


async def create_shipment(client: Any, order: Any) -> str:
    id = encode_id("ord", order.customer_id, order.id)
    return (await send(client, SHIP, orderId=id, idempotencyKey=uuid.uuid4().hex))["shipment"]["id"]


def refusal(key: str, path: str = "id", code: str = "NOT_ALLOWED") -> list[Any]:
    return [{"code": code, "key": key, "path": [path]}]


async def kinds(connection: Connection, order: Any) -> list[str]:
    rows = await connection.fetch("SELECT kind FROM order_comment WHERE order_id = $1 ORDER BY id", order.id)
    return [row.kind for row in rows]


async def test_an_open_invoice_is_paid_once(admin_client: Any, connection: Connection):
    order = await place(connection)
    made = await create_invoice(admin_client, order)
    total = made["invoice"]["grandTotal"]["amount"]
    assert made["order"]["amountDue"]["amount"] == total
    assert made["order"]["paidTotal"] == {"amount": "0.00", "currency": "USD"}
    id = made["invoice"]["id"]
    tried = await send(admin_client, CAPTURE, id=id, dry_run=True)
    assert (tried["userErrors"], tried["invoice"]["state"]) == ([], "OPEN")
    paid = await send(admin_client, CAPTURE, id=id)
    assert (paid["invoice"]["state"], paid["order"]["paidTotal"]["amount"]) == ("PAID", total)
    assert paid["order"]["amountDue"]["amount"] == "0.00"
    assert (await send(admin_client, CAPTURE, id=id))["userErrors"] == refusal("invoice.paid")
    assert (await send(admin_client, CANCEL, id=id))["userErrors"] == refusal("invoice.paid")
    assert await kinds(connection, order) == ["INVOICED", "INVOICE_PAID"]
    history = "SELECT count(*) FROM staff_event WHERE subject = $1 AND kind = 'ORDER_INVOICE_PAID'"
    assert await connection.fetchval(history, encode_id("ord", order.customer_id, order.id)) == 1


async def test_items_of_a_canceled_invoice_are_invoiced_again(admin_client: Any, connection: Connection):
    order = await place(connection)
    await create_shipment(admin_client, order)
    first = await create_invoice(admin_client, order)
    assert first["order"]["state"] == "COMPLETE"
    canceled = await send(admin_client, CANCEL, id=first["invoice"]["id"])
    assert (canceled["invoice"]["state"], canceled["order"]["state"]) == ("CANCELED", "PROCESSING")
    assert [one["quantityInvoiced"] for one in canceled["order"]["items"]] == [0]
    assert canceled["order"]["paidTotal"]["amount"] == "0.00"
    again = await send(admin_client, CANCEL, id=first["invoice"]["id"])
    assert again["userErrors"] == refusal("invoice.canceled")
    second = await create_invoice(admin_client, order, "OFFLINE")
    assert second["invoice"]["grandTotal"] == first["invoice"]["grandTotal"]
    assert second["invoice"]["number"] != first["invoice"]["number"]
    assert (second["order"]["state"], second["order"]["amountDue"]["amount"]) == ("COMPLETE", "0.00")
    assert await kinds(connection, order) == ["SHIPPED", "INVOICED", "INVOICE_CANCELED", "INVOICED"]


@pytest.mark.parametrize("state", ["ON_HOLD", "PAYMENT_REVIEW", "CLOSED", "CANCELED"])
async def test_states_that_leave_invoices_alone(admin_client: Any, connection: Connection, state: str):
    order = await place(connection)
    id = (await create_invoice(admin_client, order))["invoice"]["id"]
    kept = ", held_state = 'NEW', held_status = 'pending'" if state == "ON_HOLD" else ""
    await connection.execute(
        f"UPDATE sales_order SET state = $3, status = (SELECT status FROM order_status_state WHERE state = $3 AND is_default){kept}"
        " WHERE customer_id = $1 AND id = $2",
        order.customer_id,
        order.id,
        state,
    )
    for document in (CAPTURE, CANCEL):
        assert (await send(admin_client, document, id=id))["userErrors"] == refusal("order.state_not_possible")


async def test_what_was_refunded_stays_invoiced(admin_client: Any, connection: Connection):
    order = await place(connection)
    id = (await create_invoice(admin_client, order))["invoice"]["id"]
    await connection.execute("UPDATE sales_order_item SET quantity_refunded = 1 WHERE order_id = $1", order.id)
    assert (await send(admin_client, CANCEL, id=id))["userErrors"] == refusal("invoice.refunded")


async def test_of_paying_and_canceling_at_one_time_one_is_done(admin_client: Any, connection: Connection):
    order = await place(connection)
    id = (await create_invoice(admin_client, order))["invoice"]["id"]
    answers = await asyncio.gather(*[send(admin_client, one, id=id) for one in (CAPTURE, CANCEL) * 3])
    assert sum(not answer["userErrors"] for answer in answers) == 1
    assert len(await kinds(connection, order)) == 2


async def test_orders_that_were_finished_without_invoices_count_as_paid(admin_client: Any, connection: Connection):
    query = (
        "query O($by: OrderRef!) { order(by: $by) { paidTotal { amount } amountDue { amount } grandTotal { amount } } }"
    )
    for state, is_paid, is_due in [("COMPLETE", True, False), ("NEW", False, True), ("CANCELED", False, False)]:
        order = await place(connection, state)
        shown = (await admin_client.data(query, by={"id": encode_id("ord", order.customer_id, order.id)}))["order"]
        total, nothing = shown["grandTotal"]["amount"], "0.00"
        assert shown["paidTotal"]["amount"] == (total if is_paid else nothing)
        assert shown["amountDue"]["amount"] == (total if is_due else nothing)


async def test_tracking_numbers_come_and_go(admin_client: Any, connection: Connection):
    order = await place(connection)
    id = await create_shipment(admin_client, order)
    parcel: dict[str, Any] = {"carrier": "DHL", "number": "00340434"}
    tried = await send(admin_client, ADD, shipmentId=id, **parcel, dry_run=True)
    assert tried["userErrors"] == []
    added = await send(admin_client, ADD, shipmentId=id, **parcel)
    assert added["shipment"]["trackingNumbers"] == [parcel]
    twice = await send(admin_client, ADD, shipmentId=id, **parcel)
    assert [one["key"] for one in twice["userErrors"]] == ["shipment.tracking_number_twice"]
    other = await send(admin_client, ADD, shipmentId=id, carrier="UPS", number="1Z")
    assert len(other["shipment"]["trackingNumbers"]) == 2
    gone = await send(admin_client, REMOVE, shipmentId=id, **parcel)
    assert gone["shipment"]["trackingNumbers"] == [{"carrier": "UPS", "number": "1Z"}]
    missing = await send(admin_client, REMOVE, shipmentId=id, **parcel)
    assert missing["userErrors"] == refusal("shipment.tracking_number_not_found", "number", "NOT_FOUND")
    blank = await send(admin_client, ADD, shipmentId=id, carrier=" ", number="x" * 256)
    assert [(one["path"], one["code"]) for one in blank["userErrors"]] == [
        (["carrier"], "REQUIRED"),
        (["number"], "TOO_LONG"),
    ]
    assert await kinds(connection, order) == ["SHIPPED", *["TRACKING_CHANGED"] * 3]


async def test_documents_of_other_websites_are_unknown(http: Any, admin_client: Any, connection: Connection):
    order = await place(connection)
    invoice = (await create_invoice(admin_client, order))["invoice"]["id"]
    shipment = await create_shipment(admin_client, order)
    clerk = await staff_client(http, connection, website_ids=[await make_website(connection)])
    for document in (CAPTURE, CANCEL):
        for id in (invoice, encode_id("ivc", order.customer_id, order.id, 1)):
            answer = await send(clerk, document, id=id)
            assert answer["userErrors"] == refusal("invoice.not_found", code="NOT_FOUND")
    for document in (ADD, REMOVE):
        answer = await send(clerk, document, shipmentId=shipment, carrier="DHL", number="1")
        assert answer["userErrors"] == refusal("shipment.not_found", "shipmentId", "NOT_FOUND")
    assert await kinds(connection, order) == ["INVOICED", "SHIPPED"]
