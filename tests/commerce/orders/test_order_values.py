"""Every field of an order is the value of its own column: no two of them are equal here."""

from typing import Any

import pytest

from customer_gql.commerce.orders.statuses.tables import OrderState
from customer_gql.core.ids import encode_id
from customer_gql.database.statements import Connection, Row
from support.clients import Client
from support.customers import customer_id, make_customer, make_order, make_product
from support.furnished import money, shown

ORDER = """query O($id: ID!) { customer(id: $id) { orders { nodes {
  id number state status statusLabel placedAt customerEmail customerName
  subtotal { ...m } discountTotal { ...m } shippingTotal { ...m } taxTotal { ...m } grandTotal { ...m }
  refundedTotal { ...m } storeView { id code } salesRepresentative { name email }
  billingAddress { ...a } shippingAddress { ...a } itemCount
  items { id position sku name quantityOrdered quantityShipped quantityInvoiced quantityCanceled quantityRefunded price { ...m } discount { ...m } rowTotal { ...m } }
  shipments { id shippedAt trackingNumbers { carrier number } }
} } } }
fragment m on Money { amount currency }
fragment a on OrderAddress { name company street city region postcode countryCode telephone }"""
ADDRESS = "name company street city region postcode countryCode telephone"
STATES = """query S($id: ID!) { customer(id: $id) { orders { nodes { state status statusLabel } } } }"""


async def read(client: Client, rows: dict[str, Row]) -> Any:
    [order] = (await client.data(ORDER, id=customer_id(rows["customer"])))["customer"]["orders"]["nodes"]
    return order


async def test_an_order_with_all_that_belongs_to_it(admin_client: Client, furnished: dict[str, Row]):
    order, item, sent = furnished["sales_order"], furnished["sales_order_item"], furnished["shipment"]
    owner = order.customer_id
    assert await read(admin_client, furnished) == {
        "id": encode_id("ord", owner, order.id),
        **shown(order, "number state status placedAt customerEmail customerName"),
        "statusLabel": furnished["order_status_label"].label,
        "subtotal": money(9917),
        "discountTotal": money(211),
        "shippingTotal": money(523),
        "taxTotal": money(97),
        "grandTotal": money(10326),
        "refundedTotal": money(61),
        "storeView": {"id": encode_id("stv", order.store_view_id), "code": furnished["store_view"].code},
        "salesRepresentative": shown(furnished["staff_user"], "name email"),
        "billingAddress": shown(furnished["sales_order_address"], ADDRESS),
        "shippingAddress": None,
        "itemCount": 1,
        "items": [
            {
                "id": encode_id("oit", owner, order.id, item.position),
                **shown(item, "position sku name quantityOrdered quantityShipped"),
                **shown(item, "quantityInvoiced quantityCanceled quantityRefunded"),
                "price": money(613),
                "discount": money(59),
                "rowTotal": money(4232),
            }
        ],
        "shipments": [
            {
                "id": encode_id("shp", owner, order.id, sent.id),
                **shown(sent, "shippedAt"),
                "trackingNumbers": [shown(furnished["tracking_number"], "carrier number")],
            }
        ],
    }  # fmt: skip


async def test_goods_and_invoice_go_to_different_addresses(
    admin_client: Client, furnished: dict[str, Row], connection: Connection
):
    await connection.execute(
        "INSERT INTO sales_order_address (customer_id, order_id, kind, name, street, city, country_code)"
        " SELECT customer_id, order_id, 'SHIPPING', 'The neighbour', '{Next door}', 'Bath', 'IE' FROM sales_order_address"
        " WHERE customer_id = $1",
        furnished["customer"].id,
    )
    order = await read(admin_client, furnished)
    assert order["billingAddress"] == shown(furnished["sales_order_address"], ADDRESS)
    assert order["shippingAddress"] == {
        "name": "The neighbour",
        "company": None,
        "street": ["Next door"],
        "city": "Bath",
        "region": None,
        "postcode": None,
        "countryCode": "IE",
        "telephone": None,
    }


@pytest.mark.parametrize(
    ("state", "status", "label"),
    [
        ("NEW", "pending", "Pending"),
        ("PENDING_PAYMENT", "pending_payment", "Pending Payment"),
        ("PAYMENT_REVIEW", "payment_review", "Payment Review"),
        ("PROCESSING", "processing", "Processing"),
        ("ON_HOLD", "holded", "On Hold"),
        ("COMPLETE", "complete", "Complete"),
        ("CLOSED", "closed", "Closed"),
        ("CANCELED", "canceled", "Canceled"),
    ],
)
async def test_each_state_has_its_status_from_the_start(
    state: str, status: str, label: str, admin_client: Client, connection: Connection
):
    row = await make_customer(connection)
    await make_order(connection, row, [await make_product(connection)], state=OrderState(state).value)
    answer = await admin_client.data(STATES, id=customer_id(row))
    shown_order = {"state": state, "status": status, "statusLabel": label}
    assert answer["customer"]["orders"]["nodes"] == [shown_order]
