"""Null at run time where the schema forbids it: both executors report it alike, and at the same place."""

from customer_gql.core.ids import encode_id
from support.plan_shop import NOT_NULL, make_nulls

FIELDS = {
    ("customer", "email"): "email",
    ("customer", "customer_type"): "customerType",
    ("customer", "created_at"): "createdAt",
    ("customer", "group_id"): "group { name }",
    ("address", "city"): "addresses { city }",
    ("address", "street"): "addresses { street }",
    ("address", "is_default_billing"): "addresses { isDefaultBilling }",
    ("sales_order", "state"): "orders { nodes { state } }",
    ("sales_order", "status"): "orders { nodes { status } }",
    ("sales_order", "placed_at"): "orders { nodes { placedAt } }",
    ("sales_order", "grand_total"): "orders { nodes { grandTotal { amount } } }",
    ("sales_order_item", "sku"): "orders { nodes { items { sku } } }",
    ("sales_order_item", "quantity_ordered"): "orders { nodes { items { quantityOrdered } } }",
    ("review", "rating"): "reviews { edges { node { rating } } }",
}


def test_every_kind_of_column_is_tried():
    assert set(FIELDS) == {(table, column) for table, columns in NOT_NULL.items() for column in columns}


async def test_a_null_removes_its_nearest_nullable_parent(own_plan_shop, server):
    executors, shop = own_plan_shop
    broken, whole = shop.customers[0], shop.customers[1]
    async with executors.database.writes.acquire() as connection:
        await make_nulls(server, connection, broken)
    for (table, column), field in FIELDS.items():
        text = f"""query ($ids: [ID!]!, $id: ID!) {{ websites {{ code }} customer(id: $id) {{ {field} }}
            nodes(ids: $ids) {{ id ... on Customer {{ {field} }} }} }}"""
        ids = [encode_id("cus", id) for id in (whole, broken)]
        answer = await executors.compare(text, {"ids": ids, "id": ids[1]})
        assert {error.path[0] for error in answer.errors} == {"customer", "nodes"}, (table, column)
        # Orders are null by themselves, since they need a permission of their own.
        own = {"orders": None} if field.startswith("orders") else None
        assert answer.data["customer"] == own
        assert answer.data["nodes"][1] == (None if own is None else {"id": ids[1], **own})
        assert answer.data["nodes"][0] is not None
        assert answer.data["websites"]
    assert executors.seen == {"failed": len(FIELDS)}


async def test_a_null_item_of_a_list(own_plan_shop):
    executors, shop = own_plan_shop
    async with executors.database.writes.acquire() as connection:
        await connection.execute(
            "UPDATE address SET street = ARRAY['1 Way', NULL] WHERE customer_id = $1", shop.customers[0]
        )
    text = f'{{ customer(id: "{encode_id("cus", shop.customers[0])}") {{ addresses {{ street }} }} }}'
    answer = await executors.compare(text)
    assert [error.path for error in answer.errors] == [["customer", "addresses", 0, "street", 1]]
    assert answer.data == {"customer": None}


async def test_null_for_a_required_argument(plan_shop):
    """A nullable variable is valid for an argument with a default, but null itself is not."""
    executors, shop = plan_shop
    text = """query ($id: ID!, $first: Int = 2) {
        customer(id: $id) { orders { nodes { items(first: $first) { sku } } } } websites { code } }"""
    answer = await executors.compare(text, {"id": encode_id("cus", shop.customers[0]), "first": None})
    assert [error.path for error in answer.errors] == [["customer", "orders", "nodes", 0, "items"]]
    assert answer.data["customer"] == {"orders": None}
    assert answer.data["websites"]
    without = await executors.compare(text, {"id": encode_id("cus", shop.customers[0])})
    assert without.errors is None
