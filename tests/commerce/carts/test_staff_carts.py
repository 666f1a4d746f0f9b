"""Staff change carts and wishlists of customers (docs/domain/carts.md#carts-18)."""

from typing import Any

import pytest

from customer_gql.commerce.catalog.tables import product_website
from customer_gql.core.ids import encode_id
from customer_gql.core.permissions import ALL_PERMISSIONS
from customer_gql.database.statements import Connection, Row
from support.clients import Client
from support.customers import customer_id, make_customer, make_product, put
from support.staff import make_website, staff_client

CART = """cart { id version itemCount items { id quantity product { sku } customPrice { amount currency } unitPrice { amount }
  rowTotal { amount } } coupons { code } }"""
ERRORS = "userErrors { code key params path }"


def document(root: str, kind: str, answer: str = CART) -> str:
    return f"mutation M($i: {kind}!) {{ {root}(input: $i) {{ {answer} {ERRORS} }} }}"


def kind_of(root: str) -> str:
    return f"Customer{root[0].upper()}{root[1:]}Input"


@pytest.fixture
async def owner(connection: Connection) -> Row:
    return await make_customer(connection)


@pytest.fixture
async def mug(connection: Connection) -> Row:
    made = await make_product(connection, 1990)
    await put(connection, product_website, product_id=made.id, website_id=1)
    return made


async def call(
    client: Client, root: str, owner: Row, answer: str = CART, *, kind: str | None = None, **given: Any
) -> Any:
    given = {"customerId": customer_id(owner), **given}
    return (await client.data(document(root, kind or kind_of(root), answer), i=given))[root]


async def history(client: Client, subject: str) -> Any:
    read = "query H($s: String!) { staffHistory(filter: { subject: { eq: $s } }) { nodes { kind changes { field before after } } } }"
    return (await client.data(read, s=subject))["staffHistory"]["nodes"]


async def test_staff_fill_change_and_empty_the_cart_of_a_customer(
    admin_client: Client, as_customer: Any, connection: Connection, owner: Row, mug: Row
):
    added = await call(admin_client, "cartItemsAdd", owner, items=[{"sku": mug.sku, "quantity": 2}, {"sku": "NOTHING"}])
    assert [(one["key"], one["path"]) for one in added["userErrors"]] == [("product.not_found", ["items", "1", "sku"])]
    [line] = added["cart"]["items"]
    assert (line["quantity"], line["customPrice"], line["unitPrice"]) == (2, None, {"amount": "19.90"})
    updated = await call(admin_client, "cartItemsUpdate", owner, items=[{"id": line["id"], "customPrice": "5.5"}])
    assert updated["userErrors"] == []
    [line] = updated["cart"]["items"]
    assert line["customPrice"] == {"amount": "5.50", "currency": "USD"}
    assert (line["unitPrice"], line["rowTotal"]) == ({"amount": "5.50"}, {"amount": "11.00"})
    shopper = await as_customer(owner.id)
    seen = await shopper.data("{ cart { grandTotal { amount } changes { kind } } }")
    assert seen["cart"] == {"grandTotal": {"amount": "11.00"}, "changes": []}
    # The price stays with the line when the shopper adds to it, and goes when staff take it back.
    await shopper.data(document("cartItemsAdd", "CartItemsAddInput"), i={"items": [{"sku": mug.sku}]})
    back = await call(
        admin_client, "cartItemsUpdate", owner, items=[{"id": line["id"], "quantity": 4, "customPrice": None}]
    )
    [line] = back["cart"]["items"]
    assert (line["quantity"], line["customPrice"], line["rowTotal"]) == (4, None, {"amount": "79.60"})
    again = await call(admin_client, "cartItemsAdd", owner, items=[{"sku": mug.sku, "customPrice": "0"}])
    assert [one["rowTotal"]["amount"] for one in again["cart"]["items"]] == ["0.00"]
    assert (await call(admin_client, "cartItemsRemove", owner, ids=[line["id"]]))["cart"]["items"] == []
    entries = await history(admin_client, again["cart"]["id"])
    assert {entry["kind"] for entry in entries} == {"CART_CHANGED"}
    assert len(entries) == 5
    assert await connection.fetchval("SELECT count(*) FROM customer_activity WHERE customer_id = $1", owner.id) <= 1


async def test_wrong_prices_are_refused_and_nothing_changes(admin_client: Client, owner: Row, mug: Row):
    for price, key in (("-1", "cart.custom_price_negative"), ("1.999", "amount.too_many_decimals")):
        lines = [{"sku": mug.sku}, {"sku": mug.sku, "customPrice": price}]
        answer = await call(admin_client, "cartItemsAdd", owner, items=lines)
        assert [(one["key"], one["path"]) for one in answer["userErrors"]] == [(key, ["items", "1", "customPrice"])]
        assert answer["cart"] is None


async def test_prices_need_a_permission_of_their_own(http: Any, connection: Connection, owner: Row, mug: Row):
    without = await staff_client(http, connection, ALL_PERMISSIONS - {"orders.custom_price"})
    given = {"customerId": customer_id(owner), "items": [{"sku": mug.sku, "customPrice": "1"}]}
    answer = await without.answer(document("cartItemsAdd", "CustomerCartItemsAddInput"), i=given)
    assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "orders.custom_price"}
    assert (await call(without, "cartItemsAdd", owner, items=[{"sku": mug.sku}]))["userErrors"] == []
    nothing = await staff_client(http, connection, ALL_PERMISSIONS - {"carts.manage"})
    answer = await nothing.answer(document("cartClear", "CustomerCartClearInput"), i={"customerId": customer_id(owner)})
    assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "carts.manage"}


async def test_customers_and_websites_out_of_reach_are_unknown(http: Any, connection: Connection, owner: Row, mug: Row):
    elsewhere = await make_website(connection)
    stranger = await staff_client(http, connection, website_ids=[elsewhere])
    manager = await staff_client(http, connection)
    line = [{"sku": mug.sku}]
    [refused] = (await call(stranger, "cartItemsAdd", owner, items=line))["userErrors"]
    assert (refused["code"], refused["path"]) == ("NOT_FOUND", ["customerId"])
    # Accounts work on their own websites alone.
    there = {"websiteId": encode_id("web", elsewhere)}
    [refused] = (await call(manager, "cartItemsAdd", owner, items=line, **there))["userErrors"]
    assert (refused["code"], refused["path"]) == ("NOT_FOUND", ["websiteId"])
    [refused] = (await call(manager, "cartClear", owner))["userErrors"]
    assert refused["key"] == "cart.not_found"
    assert await connection.fetchval("SELECT count(*) FROM cart WHERE customer_id = $1", owner.id) == 0


async def test_staff_change_wishlists_and_put_items_into_the_cart(admin_client: Client, owner: Row, mug: Row):
    shown = "wishlist { id items { nodes { id quantity } } }"
    added = await call(admin_client, "wishlistItemsAdd", owner, shown, items=[{"sku": mug.sku, "quantity": 3}])
    [item] = added["wishlist"]["items"]["nodes"]
    changed = await call(admin_client, "wishlistItemsUpdate", owner, shown, items=[{"id": item["id"], "quantity": 2}])
    assert [one["quantity"] for one in changed["wishlist"]["items"]["nodes"]] == [2]
    for root in ("wishlistItemsMove", "wishlistItemsCopy"):
        same = await call(
            admin_client, root, owner, shown, wishlistId=added["wishlist"]["id"], items=[{"id": item["id"]}]
        )
        assert same["userErrors"] == []
    bought = await call(admin_client, "wishlistItemsToCart", owner, "cart { items { quantity } } failures { itemId }")
    assert bought == {"cart": {"items": [{"quantity": 2}]}, "failures": [], "userErrors": []}
    [refused] = (await call(admin_client, "wishlistItemsRemove", owner, shown, ids=[item["id"]]))["userErrors"]
    assert (refused["key"], refused["path"]) == ("wishlist.item_not_found", ["ids", "0"])
    entries = await history(admin_client, added["wishlist"]["id"])
    assert [entry["kind"] for entry in entries] == ["WISHLIST_CHANGED"] * 3
