"""Carts are filled from files of SKUs and quantities (docs/domain/carts.md#carts-20)."""

from typing import Any

import pytest

from customer_gql.commerce.carts.imports.csv_lines import MOST_ROWS
from customer_gql.commerce.carts.imports.settings import ORDER_BY_SKU, ORDER_BY_SKU_GROUPS
from customer_gql.commerce.catalog.tables import product_website
from customer_gql.database.statements import Connection, Row
from support.clients import Client
from support.customers import customer_id, make_customer, make_product, put

IMPORT = """mutation I($i: CartItemsImportInput!) { cartItemsImport(input: $i) {
  cart { items { quantity product { sku } } } cartToken userErrors { code key params path } } }"""
BY_STAFF = """mutation I($i: CustomerCartItemsImportInput!) { cartItemsImport(input: $i) {
  cart { items { quantity } } userErrors { key path } } }"""


@pytest.fixture
async def mug(connection: Connection) -> Row:
    made = await make_product(connection)
    await put(connection, product_website, product_id=made.id, website_id=1)
    return made


async def fill(client: Client, csv: str) -> Any:
    return (await client.data(IMPORT, i={"csv": csv}))["cartItemsImport"]


async def test_bad_rows_are_told_by_line_and_the_others_are_added(storefront: Client, mug: Row):
    rows = [
        "\ufeffSKU, qty",
        f"{mug.sku},2",
        "",
        "NOTHING,1",
        f'"{mug.sku}",x',
        f"{mug.sku}",
        f" {mug.sku} , 3 ",
        f"{mug.sku},0",
    ]
    answer = await fill(storefront, "\r\n".join(rows))
    assert [(one["key"], one["path"]) for one in answer["userErrors"]] == [
        ("product.not_found", ["csv", "4"]),
        ("cart.csv_quantity_wrong", ["csv", "5"]),
        ("cart.csv_unreadable", ["csv", "6"]),
        ("cart.csv_quantity_wrong", ["csv", "8"]),
    ]
    assert answer["cart"]["items"] == [{"quantity": 5, "product": {"sku": mug.sku}}]
    assert answer["cartToken"].startswith("cgk_")


@pytest.mark.parametrize(
    ("csv", "key", "path"),
    [
        ("", "cart.csv_header_wrong", ["csv", "1"]),
        ("sku,qty,price\nA,1,2", "cart.csv_header_wrong", ["csv", "1"]),
        ("sku,qty\n\n", "cart.csv_empty", ["csv"]),
        ('sku,qty\n"A,1', "cart.csv_unreadable", ["csv", "2"]),
        ("sku,qty\nNOTHING,1", "product.not_found", ["csv", "2"]),
        ("sku,qty\n" + "A,1\n" * (MOST_ROWS + 1), "cart.csv_too_long", ["csv"]),
    ],
)
async def test_a_file_of_which_nothing_is_right_makes_no_cart(
    storefront: Client, connection: Connection, csv: str, key: str, path: list[str]
):
    before = await connection.fetchval("SELECT count(*) FROM guest")
    answer = await fill(storefront, csv)
    assert (answer["cart"], answer["cartToken"]) == (None, None)
    assert [(one["key"], one["path"]) for one in answer["userErrors"]] == [(key, path)]
    assert await connection.fetchval("SELECT count(*) FROM guest") == before


async def test_the_shop_decides_who_imports(
    storefront: Client, as_customer: Any, admin_client: Client, configured: Any, connection: Connection, mug: Row
):
    assert (ORDER_BY_SKU.path, ORDER_BY_SKU.default) == ("carts.order_by_sku", "EVERYONE")
    assert ORDER_BY_SKU_GROUPS.path == "carts.order_by_sku_groups"
    csv, owner = f"sku,qty\n{mug.sku},1", await make_customer(connection, group_id=3)
    client = await as_customer(owner.id)
    name = await connection.fetchval("SELECT name FROM customer_group WHERE id = 3")
    await configured(ORDER_BY_SKU, "GROUPS")
    [refused] = (await fill(client, csv))["userErrors"]
    assert (refused["code"], refused["key"]) == ("NOT_ALLOWED", "cart.order_by_sku_not_offered")
    await configured(ORDER_BY_SKU_GROUPS, f"Nobody\n {name.upper()} ")
    assert (await fill(client, csv))["userErrors"] == []
    assert [one["key"] for one in (await fill(storefront, csv))["userErrors"]] == ["cart.order_by_sku_not_offered"]
    await configured(ORDER_BY_SKU, "NOBODY")
    assert [one["key"] for one in (await fill(client, csv))["userErrors"]] == ["cart.order_by_sku_not_offered"]
    given = {"customerId": customer_id(owner), "csv": f"{csv}\nNOTHING,1"}
    answer = (await admin_client.data(BY_STAFF, i=given))["cartItemsImport"]
    assert answer == {
        "cart": {"items": [{"quantity": 2}]},
        "userErrors": [{"key": "product.not_found", "path": ["csv", "3"]}],
    }
