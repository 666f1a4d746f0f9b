"""Prices of products that the catalog sends: each row is all prices of one product on one website."""

import asyncio
import random
import uuid
from typing import Any

import pytest

from customer_gql.commerce.catalog.tables import product_website
from customer_gql.core.ids import decode_id
from customer_gql.database.statements import Connection
from support.customers import make_product, put
from support.staff import make_website

from .test_sync import outcomes, send

PRICES = """mutation S($input: ProductPriceUpsertInput!, $dryRun: Boolean = false) { productPriceUpsert(input: $input, dryRun: $dryRun) {
  createdCount updatedCount unchangedCount staleCount refusedCount
  results { index externalId outcome id isRetryable userErrors { code key path } } userErrors { code key path } } }"""
BASE = """SELECT price, special_price, special_from::text, special_until::text FROM product_price
  WHERE product_id = $1 AND website_id = $2"""
TIERS = """SELECT group_id, quantity, price, percent::float FROM product_tier_price
  WHERE product_id = $1 AND website_id IS NOT DISTINCT FROM $2 ORDER BY quantity, group_id"""


@pytest.fixture
async def site(connection: Connection) -> Any:
    id = await make_website(connection)
    return await connection.fetchrow("SELECT id, code, currency FROM website WHERE id = $1", id)


async def group_name(connection: Connection, id: int) -> str:
    return await connection.fetchval("SELECT name FROM customer_group WHERE id = $1", id)


async def stored(connection: Connection, product_id: int, website_id: int) -> tuple[Any, list[Any]]:
    base = await connection.fetchrow(BASE, product_id, website_id)
    tiers = await connection.fetch(TIERS, product_id, website_id)
    return base and tuple(base), [tuple(tier) for tier in tiers]


def prices(sku: str, site: Any, version: int, **given: Any) -> dict[str, Any]:
    return {"sku": sku, "website": site["code"], "sourceVersion": version, "price": "10.00", **given}


async def test_a_row_replaces_all_prices_on_its_website(admin_client: Any, connection: Connection, site: Any):
    mine, group = await make_product(connection), await group_name(connection, 1)
    await connection.execute(
        "INSERT INTO product_tier_price (id, product_id, quantity, percent) VALUES ($1, $1, 7, 3)", mine.id
    )
    tiers = [{"quantity": 5, "percent": "12.5"}, {"group": group, "price": "8.25"}]
    special = {"specialPrice": "9", "specialFrom": "2026-01-01", "specialUntil": "2026-01-31"}
    first = prices(mine.sku, site, 3, tiers=tiers, **special)
    answer = await send(admin_client, [first], PRICES)
    [made] = answer["results"]
    assert (made["outcome"], made["externalId"], decode_id(made["id"], "prd")) == ("CREATED", mine.sku, mine.id)
    assert await stored(connection, mine.id, site["id"]) == (
        (1000, 900, "2026-01-01", "2026-01-31"),
        [(1, 1, 825, None), (None, 5, None, 12.5)],
    )
    # The same content: the order of tiers and zeros at the end mean nothing.
    same = first | {"price": "10", "tiers": tiers[::-1]}
    assert outcomes(await send(admin_client, [same, prices(mine.sku, site, 2)], PRICES)) == ["UNCHANGED", "STALE"]
    conflict = await send(admin_client, [first | {"tiers": []}], PRICES)
    assert conflict["results"][0]["userErrors"] == [
        {"code": "NOT_ALLOWED", "key": "sync.conflict", "path": ["rows", "0", "sourceVersion"]}
    ]
    assert outcomes(await send(admin_client, [prices(mine.sku, site, 4, price="0")], PRICES)) == ["UPDATED"]
    assert await stored(connection, mine.id, site["id"]) == ((0, None, None, None), [])
    assert [tuple(tier) for tier in await connection.fetch(TIERS, mine.id, None)] == [(None, 7, None, 3.0)]


async def test_websites_have_versions_of_their_own(admin_client: Any, connection: Connection, site: Any):
    mine, other = await make_product(connection), await make_website(connection)
    there = await connection.fetchrow("SELECT id, code FROM website WHERE id = $1", other)
    rows = [prices(mine.sku, site, 9), prices(mine.sku, there, 1, price="11")]
    assert outcomes(await send(admin_client, rows, PRICES)) == ["CREATED", "CREATED"]
    assert (await stored(connection, mine.id, site["id"]))[0][0] == 1000
    assert (await stored(connection, mine.id, other))[0][0] == 1100


async def test_prices_are_withdrawn(admin_client: Any, connection: Connection, site: Any):
    mine = await make_product(connection)
    await send(admin_client, [prices(mine.sku, site, 1, tiers=[{"quantity": 2, "percent": "5"}])], PRICES)
    gone = {"sku": mine.sku, "website": site["code"], "sourceVersion": 2, "isDeleted": True}
    assert outcomes(await send(admin_client, [gone], PRICES)) == ["UPDATED"]
    assert await stored(connection, mine.id, site["id"]) == (None, [])
    assert outcomes(await send(admin_client, [prices(mine.sku, site, 1), gone], PRICES)) == ["STALE", "UNCHANGED"]
    assert outcomes(await send(admin_client, [prices(mine.sku, site, 3)], PRICES)) == ["UPDATED"]
    assert (await stored(connection, mine.id, site["id"]))[0][0] == 1000


async def test_a_dry_run_stores_no_prices(admin_client: Any, connection: Connection, site: Any):
    mine = await make_product(connection)
    answer = await send(admin_client, [prices(mine.sku, site, 1)], PRICES, dry_run=True)
    assert outcomes(answer) == ["CREATED"]
    assert await stored(connection, mine.id, site["id"]) == (None, [])
    assert outcomes(await send(admin_client, [prices(mine.sku, site, 1)], PRICES)) == ["CREATED"]


async def test_wrong_prices_leave_the_others_alone(admin_client: Any, connection: Connection, site: Any):
    mine, missing = await make_product(connection), f"S-{uuid.uuid4().hex}"
    twice = {"quantity": 2, "percent": "5"}
    wrong: list[tuple[dict[str, Any], list[tuple[str, list[str]]]]] = [
        (prices(missing, site, 1), [("sync.product_missing", ["sku"])]),
        (prices(mine.sku, {"code": "nowhere"}, 1), [("sync.website_unknown", ["website"])]),
        (prices(mine.sku, site, 1, price=None), [("value.required", ["price"])]),
        (
            prices(mine.sku, site, 1, price="-1", specialPrice="1.001"),
            [("sync.price_negative", ["price"]), ("amount.too_many_decimals", ["specialPrice"])],
        ),
        (
            prices(mine.sku, site, 1, specialFrom="2026-02-02", specialUntil="2026-02-01"),
            [("sync.special_days_wrong", ["specialUntil"])],
        ),
        (prices(mine.sku, site, 1, tiers=[twice, twice]), [("sync.tier_twice", ["tiers", "1"])]),
        (
            prices(
                mine.sku,
                site,
                1,
                tiers=[
                    {"quantity": 0, "percent": "5"},
                    {"quantity": 2},
                    {"quantity": 3, "percent": "5", "price": "1"},
                    {"quantity": 4, "percent": "0"},
                    {"quantity": 5, "percent": "100.001"},
                    {"quantity": 6, "percent": "1.0001"},
                ],
            ),
            [
                ("sync.tier_quantity_wrong", ["tiers", "0", "quantity"]),
                ("sync.tier_value_wrong", ["tiers", "1"]),
                ("sync.tier_value_wrong", ["tiers", "2"]),
                *[("sync.percent_wrong", ["tiers", place, "percent"]) for place in "345"],
            ],
        ),
        (
            prices(mine.sku, site, 1, tiers=[{"group": "No such group", "percent": "5"}]),
            [("sync.group_unknown", ["tiers", "0", "group"])],
        ),
        (
            prices(mine.sku, site, 1, tiers=[{"quantity": n + 1, "percent": "5"} for n in range(101)]),
            [("sync.too_many_tiers", ["tiers"])],
        ),
    ]
    rows = [row for row, _ in wrong]
    answer = await send(admin_client, [*rows, prices(mine.sku, site, 2)], PRICES)
    assert outcomes(answer) == [*["REFUSED"] * len(rows), "CREATED"]
    for place, ((_, expected), result) in enumerate(zip(wrong, answer["results"][:-1], strict=True)):
        found = [(one["key"], one["path"]) for one in result["userErrors"]]
        assert found == [(key, ["rows", str(place), *path]) for key, path in expected], place
        assert result["isRetryable"] is (place == 0)
    assert (await stored(connection, mine.id, site["id"]))[0][0] == 1000


async def test_shuffled_repeated_and_parallel_prices_end_with_equal_rows(
    admin_client: Any, connection: Connection, site: Any
):
    products = [await make_product(connection) for _ in range(4)]
    rows = [
        prices(mine.sku, site, version, price=str(version + 1), tiers=[{"quantity": version + 1, "percent": "5"}])
        for mine in products
        for version in range(6)
    ]
    shuffled = random.Random(7).sample(rows * 2, len(rows) * 2)
    answers = await asyncio.gather(*[send(admin_client, shuffled[start::4], PRICES) for start in range(4)])
    assert not any(answer["refusedCount"] for answer in answers)
    for mine in products:
        assert await stored(connection, mine.id, site["id"]) == ((600, None, None, None), [(None, 6, None, 5.0)])


async def test_repeated_keys_of_prices_follow_each_other(admin_client: Any, connection: Connection, site: Any):
    given = [(2, "1"), (1, "2"), (2, "1"), (2, "3"), (9, "4"), (3, "5"), (10, "-1")]
    mine, other = await make_product(connection), await make_product(connection)
    together = outcomes(
        await send(admin_client, [prices(mine.sku, site, version, price=price) for version, price in given], PRICES)
    )
    assert together == ["CREATED", "STALE", "UNCHANGED", "REFUSED", "UPDATED", "STALE", "REFUSED"]
    alone = [
        await send(admin_client, [prices(other.sku, site, version, price=price)], PRICES) for version, price in given
    ]
    assert [outcomes(answer)[0] for answer in alone] == together
    for product in (mine, other):
        assert (await stored(connection, product.id, site["id"]))[0][0] == 400


async def test_fifty_rows_take_the_statements_of_one(
    admin_client: Any, connection: Connection, site: Any, statements: Any
):
    counts = dict[int, int]()
    for count in (1, 50):
        rows = [
            prices((await make_product(connection)).sku, site, 1, tiers=[{"quantity": 2, "percent": "5"}])
            for _ in range(count)
        ]
        await statements.clear()
        assert outcomes(await send(admin_client, rows, PRICES)) == ["CREATED"] * count
        counts[count] = await statements.count()
    assert counts[1] == counts[50], statements.texts


async def test_shoppers_pay_what_was_sent(admin_client: Any, storefront: Any, connection: Connection):
    mine = await make_product(connection)
    await put(connection, product_website, product_id=mine.id, website_id=1)
    code = await connection.fetchval("SELECT code FROM website WHERE id = 1")
    row = prices(mine.sku, {"code": code}, 1, price="7.00", tiers=[{"quantity": 3, "price": "6.50"}])
    assert outcomes(await send(admin_client, [row], PRICES)) == ["CREATED"]
    read = """query P($sku: String!) { product(sku: $sku) {
      finalPrice { amount } bulk: finalPrice(quantity: 3) { amount } } }"""
    found = (await storefront.data(read, sku=mine.sku))["product"]
    assert found == {"finalPrice": {"amount": "7.00"}, "bulk": {"amount": "6.50"}}
