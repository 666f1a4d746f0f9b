"""The default wishlist comes first, and the newest wish."""

import datetime as dt
from typing import Any

from customer_gql.commerce.wishlists.tables import wishlist, wishlist_item
from customer_gql.core.ids import new_id
from customer_gql.database.statements import Connection
from support.customers import customer_id, make_customer, make_product, put

WISHLISTS = """query W($id: ID!) { customer(id: $id) { wishlist { name }
  wishlists { name isDefault itemCount items { nodes { quantity } } } } }"""


async def test_the_default_comes_first_although_it_was_made_last(admin_client: Any, connection: Connection):
    owner, product = await make_customer(connection), await make_product(connection)
    other = await make_product(connection)
    ids = {name: new_id() for name in ("Garden", "Kitchen", "Default")}
    for name, id in ids.items():
        await put(connection, wishlist, customer_id=owner.id, id=id, name=name, is_default=name == "Default")
    for quantity, day, wished in ((3, 2, product), (5, 4, other)):
        await put(
            connection,
            wishlist_item,
            customer_id=owner.id,
            wishlist_id=ids["Kitchen"],
            id=new_id(),
            product_id=wished.id,
            quantity=quantity,
            added_at=dt.datetime(2026, 3, day, tzinfo=dt.UTC),
        )
    assert (await admin_client.data(WISHLISTS, id=customer_id(owner)))["customer"] == {
        "wishlist": {"name": "Default"},
        "wishlists": [
            {"name": "Default", "isDefault": True, "itemCount": 0, "items": {"nodes": []}},
            {"name": "Garden", "isDefault": False, "itemCount": 0, "items": {"nodes": []}},
            {
                "name": "Kitchen",
                "isDefault": False,
                "itemCount": 2,
                "items": {"nodes": [{"quantity": 5}, {"quantity": 3}]},
            },
        ],
    }


async def test_without_a_default_there_is_none(admin_client: Any, connection: Connection):
    owner = await make_customer(connection)
    await put(connection, wishlist, customer_id=owner.id, id=new_id(), name="Garden", is_default=False)
    found = (await admin_client.data(WISHLISTS, id=customer_id(owner)))["customer"]
    assert (found["wishlist"], [one["name"] for one in found["wishlists"]]) == (None, ["Garden"])
