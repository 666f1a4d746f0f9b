"""Products and stock that other programs send: outcomes by version, as if each row came alone."""

import asyncio
import random
import uuid
from typing import Any

import pytest

from customer_gql.commerce.sync.engine import MAX_ROWS
from customer_gql.core.ids import decode_id
from customer_gql.database.statements import Connection
from support.customers import make_product
from support.staff import make_website, staff_client

PRODUCTS = """mutation S($input: ProductUpsertInput!, $dryRun: Boolean = false) { productUpsert(input: $input, dryRun: $dryRun) {
  createdCount updatedCount unchangedCount staleCount refusedCount
  results { index externalId outcome id isRetryable userErrors { code key path } } userErrors { code key path } } }"""
STOCK = """mutation S($input: ProductStockUpsertInput!) { productStockUpsert(input: $input) {
  createdCount updatedCount unchangedCount staleCount refusedCount
  results { index externalId outcome id isRetryable userErrors { code key path } } userErrors { code key path } } }"""
STORED = """SELECT p.external_id, p.sku, p.name, p.price, p.currency, p.is_salable, p.type, s.source_version,
  ARRAY(SELECT website_id FROM product_website w WHERE w.product_id = p.id ORDER BY 1) AS websites
  FROM product p JOIN sync_record s ON s.kind = 'PRODUCT' AND s.external_id = p.external_id
  WHERE p.external_id LIKE $1 ORDER BY p.external_id"""


def row(key: str, version: int, **given: Any) -> dict[str, Any]:
    return {"externalId": key, "sourceVersion": version, "sku": f"S-{key}", "name": f"Tea {key}", **given}


async def send(client: Any, rows: list[Any], document: str = PRODUCTS, *, dry_run: bool = False) -> Any:
    [answer] = (await client.data(document, input={"rows": rows}, dryRun=dry_run)).values()
    return answer


def outcomes(answer: Any) -> list[str]:
    names = ("created", "updated", "unchanged", "stale", "refused")
    found = [one["outcome"] for one in answer["results"]]
    assert [answer[f"{name}Count"] for name in names] == [found.count(name.upper()) for name in names]
    return found


async def seen(connection: Connection, statement: str, *values: Any) -> tuple[Any, ...]:
    return tuple(await connection.fetchrow(statement, *values) or ())


@pytest.fixture
def key() -> str:
    return uuid.uuid4().hex[:12]


async def test_rows_are_taken_by_their_version(admin_client: Any, connection: Connection, key: str):
    code = await connection.fetchval("SELECT code FROM website WHERE id = 1")
    first = row(key, 5, websites=[code], price={"amount": "4.20", "currency": "USD"})
    answer = await send(admin_client, [first])
    assert (outcomes(answer), answer["userErrors"]) == (["CREATED"], [])
    [made] = answer["results"]
    assert (made["index"], made["externalId"], made["isRetryable"], made["userErrors"]) == (0, key, False, [])
    [stored] = await connection.fetch(STORED, key)
    assert tuple(stored) == (key, f"S-{key}", f"Tea {key}", 420, "USD", True, "SIMPLE", 5, [1])
    assert outcomes(await send(admin_client, [first])) == ["UNCHANGED"]
    assert outcomes(await send(admin_client, [row(key, 4, name="Old")])) == ["STALE"]
    conflict = await send(admin_client, [row(key, 5, name="Other")])
    assert conflict["results"][0]["userErrors"] == [
        {"code": "NOT_ALLOWED", "key": "sync.conflict", "path": ["rows", "0", "sourceVersion"]}
    ]
    assert outcomes(await send(admin_client, [row(key, 6, name="New")])) == ["UPDATED"]
    [stored] = await connection.fetch(STORED, key)
    # The whole row is replaced: it names no website and no price.
    assert tuple(stored)[2:] == ("New", 0, "XXX", True, "SIMPLE", 6, [])
    assert decode_id(made["id"], "prd") == await connection.fetchval(
        "SELECT id FROM product WHERE external_id = $1", key
    )
    history = "SELECT count(*) FROM staff_event WHERE kind = 'PRODUCTS_SYNCED' AND changes::text LIKE '%created_count%'"
    assert await connection.fetchval(history) >= 1


async def test_a_dry_run_stores_nothing(admin_client: Any, connection: Connection, key: str):
    assert outcomes(await send(admin_client, [row(key, 1)], dry_run=True)) == ["CREATED"]
    assert await connection.fetch(STORED, key) == []
    assert outcomes(await send(admin_client, [row(key, 1)])) == ["CREATED"]


async def test_repeated_keys_of_a_call_follow_each_other(admin_client: Any, connection: Connection, key: str):
    rows = [row(key, 2), row(key, 1), row(key, 2), row(key, 2, name="x"), row(key, 9, name="Last"), row(key, 3)]
    together = outcomes(await send(admin_client, rows))
    assert together == ["CREATED", "STALE", "UNCHANGED", "REFUSED", "UPDATED", "STALE"]
    alone = [one | {"externalId": f"{key}b", "sku": f"S-{key}b"} for one in rows]
    assert [outcomes(await send(admin_client, [one]))[0] for one in alone] == together
    [stored] = await connection.fetch(STORED, key)
    assert (stored.name, stored.source_version) == ("Last", 9)


async def test_skus_are_exchanged_and_never_shared(admin_client: Any, connection: Connection, key: str):
    a, b = f"{key}a", f"{key}b"
    await send(admin_client, [row(a, 1), row(b, 1)])
    taken = await send(admin_client, [row(a, 2, sku=f"S-{b}")])
    assert taken["results"][0]["userErrors"] == [
        {"code": "TAKEN", "key": "sync.sku_taken", "path": ["rows", "0", "sku"]}
    ]
    moved = [row(a, 2, sku=f"S-{key}c"), row(b, 2, sku=f"S-{a}"), row(a, 3, sku=f"S-{b}")]
    assert outcomes(await send(admin_client, moved)) == ["UPDATED"] * 3
    assert [one.sku for one in await connection.fetch(STORED, f"{key}%")] == [f"S-{b}", f"S-{a}"]


async def test_a_product_without_an_external_id_becomes_the_one_that_is_sent(
    admin_client: Any, connection: Connection, key: str
):
    mine = await make_product(connection)
    [result] = (await send(admin_client, [row(key, 1, sku=mine.sku)]))["results"]
    assert (result["outcome"], decode_id(result["id"], "prd")) == ("UPDATED", mine.id)
    other = await send(admin_client, [row(f"{key}x", 1, sku=mine.sku)])
    assert outcomes(other) == ["REFUSED"]


async def test_what_the_catalog_deletes_is_sold_nowhere(admin_client: Any, connection: Connection, key: str):
    code = await connection.fetchval("SELECT code FROM website WHERE id = 1")
    await send(admin_client, [row(key, 1, websites=[code])])
    assert outcomes(await send(admin_client, [row(key, 2, websites=[code], isDeleted=True)])) == ["UPDATED"]
    [stored] = await connection.fetch(STORED, key)
    assert (stored.is_salable, stored.websites) == (False, [])
    assert outcomes(await send(admin_client, [row(key, 1, websites=[code])])) == ["STALE"]
    assert outcomes(await send(admin_client, [row(key, 3, websites=[code])])) == ["UPDATED"]
    [stored] = await connection.fetch(STORED, key)
    assert (stored.is_salable, stored.websites) == (True, [1])


async def test_a_row_that_is_wrong_leaves_the_others_alone(admin_client: Any, connection: Connection, key: str):
    wrong = row(f"{key}w", 1, sku=" ", name="x" * 256, websites=["nowhere"], taxClass="None such")
    unknown = row(f"{key}u", 1, websites=["nowhere"], taxClass="None such", price={"amount": "1", "currency": "XAU"})
    priced = [
        row(f"{key}{n}", 1, price=price)
        for n, price in enumerate(
            [
                {"amount": "-1", "currency": "USD"},
                {"amount": "1.001", "currency": "USD"},
                {"amount": "1", "currency": "usd"},
            ]
        )
    ]
    answer = await send(admin_client, [wrong, unknown, row(key, 1), *priced])
    assert outcomes(answer) == ["REFUSED", "REFUSED", "CREATED", *["REFUSED"] * 3]
    refused = [[(one["key"], one["path"]) for one in result["userErrors"]] for result in answer["results"]]
    assert [path for _, path in refused[0]] == [["rows", "0", "sku"], ["rows", "0", "name"]]
    assert refused[1] == [
        ("sync.website_unknown", ["rows", "1", "websites", "0"]),
        ("sync.tax_class_unknown", ["rows", "1", "taxClass"]),
        ("sync.currency_unknown", ["rows", "1", "price", "currency"]),
    ]
    assert [found[0][0] for found in refused[3:]] == [
        "sync.price_negative",
        "amount.too_many_decimals",
        "sync.currency_unknown",
    ]
    assert [one.external_id for one in await connection.fetch(STORED, f"{key}%")] == [key]


async def test_a_product_may_cost_nothing(admin_client: Any, connection: Connection, key: str):
    assert outcomes(await send(admin_client, [row(key, 1, price={"amount": "0", "currency": "USD"})])) == ["CREATED"]
    [stored] = await connection.fetch(STORED, key)
    assert (stored.price, stored.currency) == (0, "USD")


async def test_the_number_of_rows_and_the_versions_have_bounds(admin_client: Any, key: str):
    assert (await send(admin_client, []))["userErrors"] == [
        {"code": "REQUIRED", "key": "sync.no_rows", "path": ["rows"]}
    ]
    many = [row(f"{key}{n}", 1) for n in range(MAX_ROWS + 1)]
    assert (await send(admin_client, many))["userErrors"] == [
        {"code": "TOO_MANY", "key": "sync.too_many_rows", "path": ["rows"]}
    ]
    assert outcomes(await send(admin_client, many[:MAX_ROWS])) == ["CREATED"] * MAX_ROWS
    for version in ("9223372036854775808", "-1", "1.0", "01", 1.5, True, "x"):
        refused = await admin_client.answer(PRODUCTS, input={"rows": [row(key, 1) | {"sourceVersion": version}]})
        assert refused["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT", version
    largest = row(key, 1) | {"sourceVersion": "9223372036854775807"}
    assert outcomes(await send(admin_client, [largest])) == ["CREATED"]


async def test_parallel_and_shuffled_calls_end_with_equal_rows(admin_client: Any, connection: Connection, key: str):
    rows = [row(f"{key}{n}", version, name=f"v{version}") for n in range(5) for version in range(6)]
    shuffled = random.Random(7).sample(rows, len(rows))
    await asyncio.gather(*[send(admin_client, shuffled[start::4]) for start in range(4)])
    stored = await connection.fetch(STORED, f"{key}%")
    assert [(one.external_id, one.name, one.source_version) for one in stored] == [
        (f"{key}{n}", "v5", 5) for n in range(5)
    ]


async def test_stock_follows_its_product(admin_client: Any, connection: Connection, key: str):
    sku = f"S-{key}"
    stock = {"sku": sku, "sourceVersion": "3", "quantity": 12}
    early = await send(admin_client, [stock], STOCK)
    [result] = early["results"]
    assert (result["outcome"], result["isRetryable"], result["id"]) == ("REFUSED", True, None)
    assert [one["key"] for one in result["userErrors"]] == ["sync.product_missing"]
    await send(admin_client, [row(key, 1)])
    assert outcomes(await send(admin_client, [stock, stock | {"quantity": 1, "sourceVersion": 2}], STOCK)) == [
        "CREATED",
        "STALE",
    ]
    read = """SELECT s.quantity, s.is_in_stock, s.max_quantity FROM product_stock s JOIN product p ON p.id = s.product_id
      WHERE p.sku = $1"""
    assert await seen(connection, read, sku) == (12, True, None)
    await connection.execute(
        "UPDATE product_stock SET max_quantity = 5 WHERE product_id = (SELECT id FROM product WHERE sku = $1)", sku
    )
    later = {"sku": sku, "sourceVersion": 4, "quantity": 0, "isInStock": False}
    assert outcomes(await send(admin_client, [later], STOCK)) == ["UPDATED"]
    assert await seen(connection, read, sku) == (0, False, 5)
    wrong = [{"sku": sku, "sourceVersion": 5, "quantity": quantity} for quantity in (-1, 2_000_000_001)]
    assert outcomes(await send(admin_client, wrong, STOCK)) == ["REFUSED", "REFUSED"]


async def test_only_those_for_all_websites_with_the_permission_send(http: Any, connection: Connection, key: str):
    clerk = await staff_client(http, connection, website_ids=[await make_website(connection)])
    for document, rows in [(PRODUCTS, [row(key, 1)]), (STOCK, [{"sku": key, "sourceVersion": 1}])]:
        refused = await clerk.answer(document, input={"rows": rows})
        assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert await connection.fetch(STORED, key) == []
