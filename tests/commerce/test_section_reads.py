"""Orders, carts, wishlists and reviews: the same statements for 1 and for 50 parents, and nothing for other customers."""

from typing import Any

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.database.statements import Connection
from support.customers import make_customer, make_full_customer

PRODUCT = "product { id sku price { amount } }"
SECTIONS = {
    "orders": """orders(first: 5) { totalCount nodes { id number storeView { code } billingAddress { city } shippingAddress { city }
      itemCount items { id sku } shipments { id trackingNumbers { number } } } } orderStatistics { orderCount }""",
    "carts": f"cart {{ id itemCount subtotal {{ amount }} items {{ id {PRODUCT} }} }}",
    "wishlists": f"wishlist {{ id }} wishlists {{ id itemCount items {{ totalCount nodes {{ id {PRODUCT} }} }} }}",
    "reviews": f"reviews {{ totalCount nodes {{ id title {PRODUCT} }} }}",
}
EMPTY: dict[str, dict[str, Any]] = {
    "orders": {"orders": {"totalCount": 0, "nodes": []}, "orderStatistics": {"orderCount": 0}},
    "carts": {"cart": None},
    "wishlists": {"wishlist": None, "wishlists": []},
    "reviews": {"reviews": {"totalCount": 0, "nodes": []}},
}
KEYS = {
    "ord": "SELECT customer_id, id FROM sales_order WHERE customer_id = $1",
    "oit": "SELECT customer_id, order_id, position FROM sales_order_item WHERE customer_id = $1",
    "shp": "SELECT customer_id, order_id, id FROM shipment WHERE customer_id = $1",
    "crt": "SELECT customer_id, id FROM cart WHERE customer_id = $1",
    "cit": "SELECT customer_id, cart_id, id FROM cart_item WHERE customer_id = $1",
    "wis": "SELECT customer_id, id FROM wishlist WHERE customer_id = $1",
    "wli": "SELECT customer_id, wishlist_id, id FROM wishlist_item WHERE customer_id = $1",
    "rev": "SELECT customer_id, id FROM review WHERE customer_id = $1",
}
NODE = "query N($id: ID!) { node(id: $id) { __typename id } }"


async def test_each_section_takes_the_same_statements_for_1_and_for_50_customers(
    admin_client: Any, connection: Connection, statements: Any
):
    for _ in range(50):
        await make_full_customer(connection, first_name="Fiftysome")
    ours = 'filter: { name: { startsWith: "Fiftysome" } }'  # customers of other tests have nothing in some sections
    for section, fields in SECTIONS.items():
        ran: dict[int, list[str]] = {}
        for size in (1, 50):
            await statements.clear()
            read = await admin_client.data(f"{{ customers({ours}, first: {size}) {{ nodes {{ {fields} }} }} }}")
            assert len(read["customers"]["nodes"]) == size
            await statements.count()
            ran[size] = list(statements.texts)
        assert len(ran[1]) == len(ran[50]), (section, *ran[1], "--- and for 50:", *ran[50])


@pytest.mark.parametrize("section", SECTIONS)
async def test_another_customer_finds_the_section_empty(section: str, as_customer: Any, connection: Connection):
    owner, other = await make_full_customer(connection), await make_customer(connection)
    document = f"{{ me {{ {SECTIONS[section]} }} }}"
    assert (await (await as_customer(other.id)).data(document))["me"] == EMPTY[section]
    assert (await (await as_customer(owner.id)).data(document))["me"] != EMPTY[section]


@pytest.mark.parametrize("prefix", KEYS)
async def test_an_id_is_for_its_owner_alone(prefix: str, as_customer: Any, storefront: Any, connection: Connection):
    owner, other = await make_full_customer(connection), await make_customer(connection)
    row = await connection.fetchrow(KEYS[prefix], owner.id)
    assert row is not None
    id = encode_id(prefix, *row)
    assert (await (await as_customer(owner.id)).data(NODE, id=id))["node"]["id"] == id
    assert await (await as_customer(other.id)).data(NODE, id=id) == {"node": None}
    assert await storefront.data(NODE, id=id) == {"node": None}
