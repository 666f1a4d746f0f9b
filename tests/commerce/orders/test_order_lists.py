"""The order of orders, of their lines and of their shipments."""

import datetime as dt
from typing import Any

from customer_gql.commerce.orders.tables import shipment
from customer_gql.core.ids import encode_id, new_id
from customer_gql.database.statements import Connection
from support.customers import customer_id, make_customer, make_order, make_product, put

ORDERS = """query O($id: ID!, $after: String) { customer(id: $id) { orders(first: 2, after: $after) {
  totalCount pageInfo { hasNextPage endCursor } nodes { number } } } }"""
PARTS = """query O($id: ID!, $first: Int!) { customer(id: $id) { orders { nodes {
  itemCount items(first: $first) { position sku } shipments { id } } } } }"""


def on_day(day: int) -> dt.datetime:
    return dt.datetime(2026, 3, day, tzinfo=dt.UTC)


async def test_the_newest_order_comes_first_and_pages_go_on(admin_client: Any, connection: Connection):
    owner, product = await make_customer(connection), await make_product(connection)
    numbers = {}
    for day in (2, 3, 1):
        order = await make_order(connection, owner, [product], placed_at=on_day(day))
        numbers[day] = order.number
    first = (await admin_client.data(ORDERS, id=customer_id(owner)))["customer"]["orders"]
    assert [node["number"] for node in first["nodes"]] == [numbers[3], numbers[2]]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (3, True)
    after = first["pageInfo"]["endCursor"]
    last = (await admin_client.data(ORDERS, id=customer_id(owner), after=after))["customer"]["orders"]
    assert [node["number"] for node in last["nodes"]] == [numbers[1]]
    assert (last["totalCount"], last["pageInfo"]["hasNextPage"]) == (3, False)


async def test_lines_come_by_position_and_shipments_oldest_first(admin_client: Any, connection: Connection):
    owner = await make_customer(connection)
    products = [await make_product(connection, price=price) for price in (100, 200, 300)]
    order = await make_order(connection, owner, products)
    sent = {}
    for day in (8, 7):
        sent[day] = new_id()
        key = {"customer_id": owner.id, "order_id": order.id, "id": sent[day]}
        await put(connection, shipment, **key, shipped_at=on_day(day))
    [found] = (await admin_client.data(PARTS, id=customer_id(owner), first=2))["customer"]["orders"]["nodes"]
    assert found == {
        "itemCount": 3,
        "items": [{"position": 1, "sku": products[0].sku}, {"position": 2, "sku": products[1].sku}],
        "shipments": [{"id": encode_id("shp", owner.id, order.id, sent[day])} for day in (7, 8)],
    }


async def test_the_customer_does_not_see_an_order_that_waits_for_its_payment(
    admin_client: Any, as_customer: Any, connection: Connection
):
    owner, product = await make_customer(connection), await make_product(connection)
    waiting = await make_order(connection, owner, [product], state="PENDING_PAYMENT")
    placed = await make_order(connection, owner, [product], state="PAYMENT_REVIEW")
    document = "query N($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    ids = [encode_id("ord", owner.id, order.id) for order in (waiting, placed)]
    shopper = await as_customer(owner.id)
    listed = (await shopper.data("{ me { orders { totalCount nodes { number } } } }"))["me"]["orders"]
    assert listed == {"totalCount": 1, "nodes": [{"number": placed.number}]}
    assert (await shopper.data(document, ids=ids))["nodes"] == [None, {"id": ids[1]}]
    assert (await admin_client.data(document, ids=ids))["nodes"] == [{"id": id} for id in ids]
    assert (await admin_client.data(ORDERS, id=customer_id(owner)))["customer"]["orders"]["totalCount"] == 2


async def test_customers_find_their_orders_by_number_alone(as_customer: Any, connection: Connection):
    owner, other = await make_customer(connection), await make_customer(connection)
    order = await make_order(connection, owner, [])
    waiting = await make_order(connection, owner, [], state="PENDING_PAYMENT")
    document = "query O($number: String!) { order(number: $number) { id number } }"
    shopper, stranger = await as_customer(owner.id), await as_customer(other.id)
    found = {"id": encode_id("ord", owner.id, order.id), "number": order.number}
    assert (await shopper.data(document, number=order.number))["order"] == found
    for client, number in ((stranger, order.number), (shopper, waiting.number), (shopper, order.number.lower())):
        assert (await client.data(document, number=number))["order"] is None
    wrong = await shopper.answer(document, number="a\u0000")
    assert wrong["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
