"""The open cart, with the products in it."""

from typing import Any

from customer_gql.core.ids import encode_id
from customer_gql.database.statements import Connection, Row
from support.clients import Client
from support.customers import customer_id
from support.furnished import money, shown

CART = """query C($id: ID!) { customer(id: $id) { cart {
  id itemCount updatedAt subtotal { amount currency }
  items { id quantity addedAt product { id sku name imageUrl isSalable price { amount currency } } }
} } }"""


async def read(client: Client, rows: dict[str, Row]) -> Any:
    return (await client.data(CART, id=customer_id(rows["customer"])))["customer"]["cart"]


async def test_the_open_cart(admin_client: Client, furnished: dict[str, Row]):
    cart, item, product = furnished["cart"], furnished["cart_item"], furnished["product"]
    assert await read(admin_client, furnished) == {
        "id": encode_id("crt", cart.customer_id, cart.id),
        "itemCount": 1,
        **shown(cart, "updatedAt"),
        "subtotal": money(item.quantity * product.price),
        "items": [
            {
                "id": encode_id("cit", cart.customer_id, cart.id, item.id),
                **shown(item, "quantity addedAt"),
                "product": {
                    "id": encode_id("prd", product.id),
                    **shown(product, "sku name imageUrl isSalable"),
                    "price": money(product.price),
                },
            }
        ],
    }


async def test_a_closed_cart_is_not_shown(admin_client: Client, furnished: dict[str, Row], connection: Connection):
    await connection.execute("UPDATE cart SET is_active = false WHERE customer_id = $1", furnished["customer"].id)
    assert await read(admin_client, furnished) is None
