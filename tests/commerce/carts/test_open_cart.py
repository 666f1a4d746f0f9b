"""Which cart is shown, and what its lines add up to."""

import datetime as dt
from typing import Any

import pytest

from customer_gql.commerce.carts.tables import cart, cart_item
from customer_gql.core.ids import encode_id, new_id
from customer_gql.database.statements import Connection, Row
from support.customers import customer_id, make_customer, make_product, put

CART = """query C($id: ID!) { customer(id: $id) { cart { id itemCount subtotal { amount currency }
  items { quantity product { id } } } } }"""


async def make_cart(connection: Connection, owner: Row, *, is_active: bool, lines: list[tuple[Row, int, int]]) -> int:
    """A cart with (product, quantity, day it was added) of each line."""
    id = new_id()
    await put(
        connection,
        cart,
        customer_id=owner.id,
        id=id,
        website_id=1,
        store_view_id=1,
        currency="USD",
        is_active=is_active,
    )
    for product, quantity, day in lines:
        await put(
            connection,
            cart_item,
            customer_id=owner.id,
            cart_id=id,
            id=new_id(),
            product_id=product.id,
            quantity=quantity,
            added_at=dt.datetime(2026, 3, day, tzinfo=dt.UTC),
        )
    return id


async def test_the_open_cart_among_closed_ones(admin_client: Any, connection: Connection):
    owner = await make_customer(connection)
    cheap, dear = await make_product(connection, price=310), await make_product(connection, price=4100)
    await make_cart(connection, owner, is_active=False, lines=[(dear, 9, 1)])
    opened = await make_cart(connection, owner, is_active=True, lines=[(dear, 2, 5), (cheap, 3, 4)])
    await make_cart(connection, owner, is_active=False, lines=[(cheap, 7, 9)])
    assert (await admin_client.data(CART, id=customer_id(owner)))["customer"]["cart"] == {
        "id": encode_id("crt", owner.id, opened),
        "itemCount": 2,
        "subtotal": {"amount": "91.30", "currency": "USD"},
        "items": [
            {"quantity": 3, "product": {"id": encode_id("prd", cheap.id)}},
            {"quantity": 2, "product": {"id": encode_id("prd", dear.id)}},
        ],
    }


async def test_an_empty_cart_is_shown_with_nothing_to_pay(admin_client: Any, connection: Connection):
    owner = await make_customer(connection)
    opened = await make_cart(connection, owner, is_active=True, lines=[])
    assert (await admin_client.data(CART, id=customer_id(owner)))["customer"]["cart"] == {
        "id": encode_id("crt", owner.id, opened),
        "itemCount": 0,
        "subtotal": {"amount": "0.00", "currency": "USD"},
        "items": [],
    }


@pytest.mark.parametrize("price", [0, 1])
async def test_the_subtotal_follows_the_price_of_today(price: int, admin_client: Any, connection: Connection):
    owner, product = await make_customer(connection), await make_product(connection, price=500)
    await make_cart(connection, owner, is_active=True, lines=[(product, 4, 1)])
    await connection.execute("UPDATE product SET price = $2 WHERE id = $1", product.id, price)
    found = (await admin_client.data(CART, id=customer_id(owner)))["customer"]["cart"]
    assert found["subtotal"] == {"amount": f"0.0{4 * price}", "currency": "USD"}
