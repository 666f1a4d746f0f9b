"""Invoices and shipments: quantities, amounts that add up, numbers without gaps, keys, and races."""

import asyncio
import uuid
from typing import Any

import pytest

from customer_gql.commerce.orders.tables import sales_order, sales_order_item
from customer_gql.core.ids import encode_id
from customer_gql.core.permissions import ALL_PERMISSIONS
from customer_gql.database.statements import Connection, update_rows
from support.customers import make_customer, make_order, make_product
from support.staff import make_website, staff_client

INVOICE = """mutation M($input: InvoiceCreateInput!, $dryRun: Boolean = false) { invoiceCreate(input: $input, dryRun: $dryRun) {
  invoice { id number state subtotal { amount } discountTotal { amount } shippingTotal { amount } taxTotal { amount }
    grandTotal { amount } items { quantity rowTotal { amount } orderItem { position } } }
  order { state status items { quantityInvoiced quantityShipped } } userErrors { code key params path } } }"""
SHIP = """mutation M($input: ShipmentCreateInput!, $dryRun: Boolean = false) { shipmentCreate(input: $input, dryRun: $dryRun) {
  shipment { id number items { quantity orderItem { position } } trackingNumbers { carrier number } }
  order { state items { quantityInvoiced quantityShipped } } userErrors { code key params path } } }"""
CANCEL = (
    """mutation M($input: OrderCancelInput!) { orderCancel(input: $input) { order { state } userErrors { key } } }"""
)
SEEN = """query N($id: ID!) { node(id: $id) { ... on Order { invoices { nodes { number grandTotal { amount } } }
  shipments { number items { quantity } } } } }"""
VIRTUAL = "query N($id: ID!) { node(id: $id) { ... on Order { items { isVirtual } } } }"
AMOUNTS = ("subtotal", "discountTotal", "shippingTotal", "taxTotal", "grandTotal")


def order_id(order: Any) -> str:
    return encode_id("ord", order.customer_id, order.id)


def item_id(order: Any, position: int) -> str:
    return encode_id("oit", order.customer_id, order.id, position)


async def make(client: Any, document: str, order: Any, **given: Any) -> Any:
    dry_run = given.pop("dry_run", False)
    taken = given.pop("take", None)
    items = None if taken is None else [{"orderItemId": item_id(order, at), "quantity": n} for at, n in taken.items()]
    input = {"orderId": order_id(order), "idempotencyKey": uuid.uuid4().hex, "items": items, **given}
    [answer] = (await client.data(document, input=input, dryRun=dry_run)).values()
    return answer


async def place(connection: Connection, *quantities: int, state: str = "NEW", **given: Any) -> Any:
    """An order with so many of each product, at 1.00, and 0.10 off each line."""
    owner = await make_customer(connection)
    products = [await make_product(connection, price=100) for _ in quantities]
    order = await make_order(connection, owner, products, state=state, **given)
    subtotal = 0
    for position, quantity in enumerate(quantities, 1):
        subtotal += 100 * quantity
        key = {"customer_id": owner.id, "order_id": order.id, "position": position}
        values = {"quantity_ordered": quantity, "discount": 10, "row_total": 100 * quantity - 10}
        await update_rows(connection, sales_order_item, key, values)
    discount = 10 * len(quantities)
    totals = {"subtotal": subtotal, "discount_total": discount, "shipping_total": 595, "tax_total": 77}
    totals["grand_total"] = subtotal - discount + 595 + 77
    await update_rows(connection, sales_order, {"customer_id": owner.id, "id": order.id}, totals)
    return order


def keys(answer: Any) -> list[str]:
    return [error["key"] for error in answer["userErrors"]]


async def test_what_is_left_is_invoiced_and_shipped_and_the_order_is_complete(
    admin_client: Any, connection: Connection, as_customer: Any
):
    order = await place(connection, 2, 1)
    charged = await make(admin_client, INVOICE, order)
    assert charged["userErrors"] == []
    assert charged["order"] == {
        "state": "PROCESSING",
        "status": "processing",
        "items": [{"quantityInvoiced": 2, "quantityShipped": 0}, {"quantityInvoiced": 1, "quantityShipped": 0}],
    }
    made = charged["invoice"]
    assert [made[name]["amount"] for name in AMOUNTS] == ["3.00", "0.20", "5.95", "0.77", "9.52"]
    assert (made["state"], [one["rowTotal"]["amount"] for one in made["items"]]) == ("PAID", ["1.90", "0.90"])
    parcel = {"carrier": "DHL", "number": "JD01"}
    sent = await make(admin_client, SHIP, order, trackingNumbers=[parcel])
    assert sent["order"]["state"] == "COMPLETE"
    assert sent["shipment"]["trackingNumbers"] == [parcel]
    assert [one["quantity"] for one in sent["shipment"]["items"]] == [2, 1]
    shopper = await as_customer(order.customer_id)
    assert (await shopper.data(SEEN, id=order_id(order)))["node"] == {
        "invoices": {"nodes": [{"number": made["number"], "grandTotal": {"amount": "9.52"}}]},
        "shipments": [{"number": sent["shipment"]["number"], "items": [{"quantity": 2}, {"quantity": 1}]}],
    }
    events = await connection.fetch(
        "SELECT type, subject FROM domain_event WHERE customer_id = $1 ORDER BY id", order.customer_id
    )
    assert {("invoice.created", made["id"]), ("shipment.created", sent["shipment"]["id"])} <= {
        (one.type, one.subject) for one in events
    }


async def test_invoices_of_parts_add_up_to_the_order(admin_client: Any, connection: Connection):
    order = await place(connection, 3, 7)
    made = [
        (await make(admin_client, INVOICE, order, take=take))["invoice"]
        for take in ({1: 1}, {1: 1, 2: 2}, {2: 1}, {2: 4}, None)
        if take is None or take
    ]
    sums = [sum(round(float(one[name]["amount"]) * 100) for one in made) for name in AMOUNTS]
    assert sums == [1000, 20, 595, 77, 1652]
    assert [one["shippingTotal"]["amount"] for one in made] == ["5.95", "0.00", "0.00", "0.00", "0.00"]
    assert all(float(one["grandTotal"]["amount"]) >= 0 for one in made)


@pytest.mark.parametrize("document", [INVOICE, SHIP], ids=["invoice", "shipment"])
async def test_wrong_items_are_refused_and_nothing_is_written(admin_client: Any, connection: Connection, document: str):
    order, other = await place(connection, 2), await place(connection, 2)
    foreign = [{"orderItemId": item_id(other, 1), "quantity": 1}]
    own = {"orderItemId": item_id(order, 1), "quantity": 1}
    for given, refused in (
        ({"take": {1: 3}}, ["order_item.quantity_too_large"]),
        ({"take": {1: 0}}, ["order_item.quantity_too_small"]),
        ({"take": {1: -1, 9: 1}}, ["order_item.quantity_too_small", "order_item.not_found"]),
        ({"items": []}, ["order_item.none"]),
        ({"items": foreign}, ["order_item.not_found"]),
        ({"items": [own, own]}, ["order_item.twice"]),
        ({"items": [{**own, "orderItemId": "ord_1"}]}, ["id.malformed"]),
        ({"idempotencyKey": ""}, ["idempotency_key.invalid"]),
    ):
        answer = await make(admin_client, document, order, **given)
        assert (keys(answer), answer["order"]) == (refused, None), given
    found = await connection.fetchval(
        "SELECT count(*) FROM document_number WHERE customer_id = ANY($1)", [order.customer_id, other.customer_id]
    )
    assert found == 0


@pytest.mark.parametrize(("capture", "state"), [("OFFLINE", "PAID"), ("NONE", "OPEN")])
async def test_an_invoice_is_open_unless_it_was_paid(
    admin_client: Any, connection: Connection, capture: str, state: str
):
    order = await place(connection, 1)
    assert (await make(admin_client, INVOICE, order, capture=capture))["invoice"]["state"] == state


async def test_a_dry_run_makes_nothing(admin_client: Any, connection: Connection):
    order = await place(connection, 2)
    for document in (INVOICE, SHIP):
        answer = await make(admin_client, document, order, dry_run=True)
        assert (answer["userErrors"], answer["order"]["state"]) == ([], "NEW")
        assert {answer.get("invoice"), answer.get("shipment")} == {None}
    for table in ("invoice", "shipment", "document_number", "document_request", "order_comment"):
        statement = f"SELECT count(*) FROM {table} WHERE customer_id = $1"
        assert await connection.fetchval(statement, order.customer_id) == 0


@pytest.mark.parametrize("document", [INVOICE, SHIP], ids=["invoice", "shipment"])
async def test_a_repeat_with_the_same_key_makes_nothing_more(admin_client: Any, connection: Connection, document: str):
    order, key = await place(connection, 3), uuid.uuid4().hex
    name = "invoice" if document == INVOICE else "shipment"
    answers = await asyncio.gather(
        *[make(admin_client, document, order, take={1: 1}, idempotencyKey=key) for _ in range(4)]
    )
    assert [answer["userErrors"] for answer in answers] == [[]] * 4
    assert len({answer[name]["id"] for answer in answers}) == 1
    input = {"orderId": order_id(order), "idempotencyKey": key}
    other = await admin_client.answer(document, input=input)
    assert other["errors"][0]["extensions"]["code"] == "IDEMPOTENCY_CONFLICT"
    counted = f"SELECT count(*) FROM {name} WHERE customer_id = $1"
    assert await connection.fetchval(counted, order.customer_id) == 1


@pytest.mark.parametrize("document", [INVOICE, SHIP], ids=["invoice", "shipment"])
async def test_of_documents_at_once_no_more_is_taken_than_there_is(
    admin_client: Any, connection: Connection, document: str
):
    order = await place(connection, 3)
    answers = await asyncio.gather(*[make(admin_client, document, order, take={1: 2}) for _ in range(4)])
    assert sorted(keys(answer) for answer in answers) == [[], *[["order_item.quantity_too_large"]] * 3]
    column = "quantity_invoiced" if document == INVOICE else "quantity_shipped"
    statement = f"SELECT {column} FROM sales_order_item WHERE customer_id = $1"
    assert await connection.fetchval(statement, order.customer_id) == 2


@pytest.mark.parametrize("_", range(3))
async def test_of_a_cancellation_and_an_invoice_at_once_one_takes_the_items(
    admin_client: Any, connection: Connection, _: int
):
    order = await place(connection, 3)
    canceled, charged = await asyncio.gather(
        admin_client.data(CANCEL, input={"id": order_id(order)}), make(admin_client, INVOICE, order)
    )
    errors = [*[error["key"] for error in canceled["orderCancel"]["userErrors"]], *keys(charged)]
    assert errors in (["order.nothing_to_cancel"], ["order.state_not_possible"])
    row = await connection.fetchrow("SELECT * FROM sales_order_item WHERE customer_id = $1", order.customer_id)
    assert row is not None
    assert sorted([row.quantity_invoiced, row.quantity_canceled]) == [0, 3]


async def test_numbers_of_a_store_view_have_no_gaps_even_when_requests_are_refused(
    admin_client: Any, connection: Connection
):
    view = await make_website(connection)
    await connection.execute("UPDATE store_view SET code = $2 WHERE id = $1", view, f"v{view}")
    orders = [await place(connection, 1, store_view_id=view) for _ in range(6)]
    await asyncio.gather(
        *[make(admin_client, INVOICE, order) for order in orders],
        *[make(admin_client, INVOICE, order) for order in orders],
        *[make(admin_client, INVOICE, order, dry_run=True) for order in orders],
    )
    rows = await connection.fetch(
        "SELECT number FROM invoice WHERE customer_id = ANY($1) ORDER BY number",
        [order.customer_id for order in orders],
    )
    assert [row.number for row in rows] == [f"V{view}-{count:08}" for count in range(1, 7)]


async def test_documents_take_the_permission_and_the_website(http: Any, connection: Connection):
    order = await place(connection, 1)
    stranger = await staff_client(http, connection, website_ids=[await make_website(connection)])
    without = await staff_client(http, connection, ALL_PERMISSIONS - {"orders.manage"})
    for document in (INVOICE, SHIP):
        refused = await make(stranger, document, order)
        assert [(error["key"], error["path"]) for error in refused["userErrors"]] == [("order.not_found", ["orderId"])]
        input = {"orderId": order_id(order), "idempotencyKey": "k"}
        answer = await without.answer(document, input=input)
        assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "orders.manage"}
    assert await connection.fetchval("SELECT count(*) FROM invoice WHERE customer_id = $1", order.customer_id) == 0


async def test_invoices_of_50_orders_take_as_many_statements_as_those_of_one(
    admin_client: Any, connection: Connection, statements: Any
):
    owner, product = await make_customer(connection), await make_product(connection)
    for _ in range(50):
        order = await make_order(connection, owner, [product], state="NEW")
        await make(admin_client, INVOICE, order)
    document = """query C($id: ID!, $first: Int!) { customer(id: $id) { orders(first: $first) { nodes {
      invoices(first: 1) { nodes { number items(first: 1) { quantity orderItem { sku } } } } } } } }"""
    counts = []
    for size in (1, 50):
        await statements.clear()
        read = await admin_client.data(document, id=encode_id("cus", owner.id), first=size)
        nodes = read["customer"]["orders"]["nodes"]
        assert [len(node["invoices"]["nodes"]) for node in nodes] == [1] * size
        counts.append(await statements.count())
    assert counts[0] == counts[1], statements.texts


async def test_what_was_refunded_whole_is_not_sent(admin_client: Any, connection: Connection):
    whole = await place(connection, 2, state="CLOSED")
    await refund(connection, whole, 1, ordered=2, refunded=2)
    assert keys(await make(admin_client, SHIP, whole)) == ["order.nothing_to_ship"]
    some = await place(connection, 3, 2, state="PROCESSING")
    await refund(connection, some, 1, ordered=3, refunded=3)
    await refund(connection, some, 2, ordered=2, refunded=1)
    assert keys(await make(admin_client, SHIP, some, take={1: 1})) == ["order_item.quantity_too_large"]
    assert keys(await make(admin_client, SHIP, some, take={2: 2})) == ["order_item.quantity_too_large"]
    sent = await make(admin_client, SHIP, some)
    assert [item["quantityShipped"] for item in sent["order"]["items"]] == [0, 1]


async def refund(connection: Connection, order: Any, position: int, *, ordered: int, refunded: int) -> None:
    key = {"customer_id": order.customer_id, "order_id": order.id, "position": position}
    values = {"quantity_invoiced": ordered, "quantity_refunded": refunded}
    await update_rows(connection, sales_order_item, key, values)


async def test_a_discount_of_the_whole_order_is_shared_by_its_invoices(admin_client: Any, connection: Connection):
    order = await place(connection, 3, 7)
    whole = {"discount_total": 20 + 101, "grand_total": 1000 - 121 + 595 + 77}
    await update_rows(connection, sales_order, {"customer_id": order.customer_id, "id": order.id}, whole)
    made = [(await make(admin_client, INVOICE, order, take=take))["invoice"] for take in ({1: 1}, {2: 3}, None)]
    sums = [sum(round(float(one[name]["amount"]) * 100) for one in made) for name in AMOUNTS]
    assert sums == [1000, 121, 595, 77, 1551]
    assert [one["discountTotal"]["amount"] for one in made] == ["0.13", "0.35", "0.73"]


async def test_a_discount_beyond_the_items_is_of_shipping(admin_client: Any, connection: Connection):
    order = await place(connection, 2)
    whole = {"discount_total": 200 + 300, "tax_total": 0, "grand_total": 200 - 500 + 595}
    await update_rows(connection, sales_order, {"customer_id": order.customer_id, "id": order.id}, whole)
    made = [(await make(admin_client, INVOICE, order, take={1: 1}))["invoice"] for _ in range(2)]
    assert [one["grandTotal"]["amount"] for one in made] == ["2.95", "0.00"]


async def test_virtual_items_are_invoiced_and_never_shipped(admin_client: Any, connection: Connection):
    order, mixed = await place(connection, 2), await place(connection, 1, 1)
    for one in (order, mixed):
        first = {"customer_id": one.customer_id, "order_id": one.id, "position": 1}
        await update_rows(connection, sales_order_item, first, {"is_virtual": True})
    assert keys(await make(admin_client, SHIP, order)) == ["order.nothing_to_ship"]
    assert (await make(admin_client, INVOICE, order))["order"]["state"] == "COMPLETE"
    assert keys(await make(admin_client, SHIP, mixed, take={1: 1})) == ["order_item.quantity_too_large"]
    assert (await make(admin_client, INVOICE, mixed))["order"]["state"] == "PROCESSING"
    sent = await make(admin_client, SHIP, mixed)
    assert [one["orderItem"]["position"] for one in sent["shipment"]["items"]] == [2]
    assert sent["order"]["state"] == "COMPLETE"
    seen = await admin_client.data(VIRTUAL, id=order_id(mixed))
    assert seen == {"node": {"items": [{"isVirtual": True}, {"isVirtual": False}]}}


@pytest.mark.parametrize("document", [INVOICE, SHIP], ids=["invoice", "shipment"])
async def test_many_items_take_as_many_statements_as_one(
    admin_client: Any, connection: Connection, statements: Any, document: str
):
    one, many = await place(connection, 1), await place(connection, *[1] * 50)
    await make(admin_client, document, await place(connection, 1))
    counts: list[int] = []
    for order in (one, many):
        await statements.clear()
        assert keys(await make(admin_client, document, order)) == []
        counts.append(await statements.count())
    assert counts[0] == counts[1], statements.texts
