"""Wishlists: the default one, the others, and what is on them."""

from typing import Any

from customer_gql.core.ids import encode_id, new_id
from customer_gql.database.statements import Connection, Row
from support.clients import Client
from support.customers import customer_id
from support.furnished import shown

WISHLISTS = """query W($id: ID!) { customer(id: $id) { wishlist { name } wishlists {
  id name visibility isDefault itemCount updatedAt
  items { totalCount nodes { id quantity comment addedAt product { id sku } } }
} } }"""


async def read(client: Client, rows: dict[str, Row]) -> Any:
    return (await client.data(WISHLISTS, id=customer_id(rows["customer"])))["customer"]


async def add_wishlist(connection: Connection, rows: dict[str, Row], name: str, visibility: str) -> None:
    await connection.execute(
        "INSERT INTO wishlist (customer_id, id, name, visibility, is_default) VALUES ($1, $2, $3, $4, false)",
        rows["customer"].id,
        new_id(),
        name,
        visibility,
    )


async def test_a_wishlist_with_an_item(admin_client: Client, furnished: dict[str, Row]):
    wishlist, item = furnished["wishlist"], furnished["wishlist_item"]
    owner = wishlist.customer_id
    answer = await read(admin_client, furnished)
    assert answer["wishlists"] == [
        {
            "id": encode_id("wis", owner, wishlist.id),
            **shown(wishlist, "name visibility isDefault updatedAt"),
            "itemCount": 1,
            "items": {
                "totalCount": 1,
                "nodes": [
                    {
                        "id": encode_id("wli", owner, wishlist.id, item.id),
                        **shown(item, "quantity comment addedAt"),
                        "product": {"id": encode_id("prd", item.product_id), "sku": furnished["product"].sku},
                    }
                ],
            },
        }
    ]


async def test_the_default_one_among_public_and_private_ones(
    admin_client: Client, furnished: dict[str, Row], connection: Connection
):
    await add_wishlist(connection, furnished, "Birthday", "PUBLIC")
    await add_wishlist(connection, furnished, "Secret", "PRIVATE")
    answer = await read(admin_client, furnished)
    own = furnished["wishlist"]
    assert answer["wishlist"] == {"name": own.name}
    assert {(found["name"], found["visibility"], found["isDefault"]) for found in answer["wishlists"]} == {
        (own.name, own.visibility, True),
        ("Birthday", "PUBLIC", False),
        ("Secret", "PRIVATE", False),
    }
