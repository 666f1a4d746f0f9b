"""Products that shoppers compare and look at (docs/domain/comparisons.md#comparisons-1)."""

import asyncio
import datetime as dt
import secrets
from typing import Any

import pytest

from commerce.checkout.buying import call, complete, fill, place, sell
from customer_gql.commerce.comparisons.cleanup import VISITOR_DAYS, delete_old_visitors
from customer_gql.commerce.comparisons.operations import CHANGES_PER_MINUTE
from customer_gql.commerce.comparisons.reads import KEPT
from customer_gql.commerce.comparisons.tables import visitor_browsing
from customer_gql.database.pools import Database
from customer_gql.database.statements import Connection
from customer_gql.messaging.jobs.work import Tools
from customer_gql.settings import Settings
from support.clients import Client
from support.customers import customer_id, make_customer, put

_ERRORS = "userErrors { code key path }"
_LIST = "compareList { product { sku } }"
ADD = f"mutation M($i: CompareItemsAddInput!) {{ compareItemsAdd(input: $i) {{ {_LIST} {_ERRORS} }} }}"
REMOVE = f"mutation M($i: CompareItemsRemoveInput!) {{ compareItemsRemove(input: $i) {{ {_LIST} {_ERRORS} }} }}"
CLEAR = f"mutation {{ compareItemsClear {{ {_LIST} {_ERRORS} }} }}"
VIEW = f"mutation M($i: ProductViewRecordInput!) {{ productViewRecord(input: $i) {{ isRecorded {_ERRORS} }} }}"
READ = "{ compareList { product { sku } } recentlyCompared { product { sku } } recentlyViewed { product { sku } browsedAt } }"
SECTION = """query C($id: ID!) { customer(id: $id) { compareList { product { sku } } recentlyCompared { product { sku } }
  recentlyViewed { product { sku } } lastOrderedItems { sku quantityOrdered } } }"""
NAMES = ("compareList", "recentlyCompared", "recentlyViewed")


def skus(found: Any) -> list[list[str]]:
    return [[one["product"]["sku"] for one in found[name]] for name in NAMES]


async def read(client: Client) -> list[list[str]]:
    return skus(await client.data(READ))


@pytest.fixture
async def products(connection: Connection) -> list[str]:
    return [(await sell(connection, 1000)).sku for _ in range(4)]


async def test_a_customer_compares_and_looks_at_products(
    as_customer: Any, admin_client: Client, connection: Connection, products: list[str]
):
    a, b, c, _ = products
    owner = await make_customer(connection)
    client = await as_customer(owner.id)
    assert await read(client) == [[], [], []]
    added = await call(client, ADD, skus=[a, b])
    assert added["userErrors"] == []
    assert [one["product"]["sku"] for one in added["compareList"]] == [b, a] or [
        one["product"]["sku"] for one in added["compareList"]
    ] == [a, b]
    await call(client, ADD, skus=[c])
    removed = await call(client, REMOVE, skus=[a])
    assert a not in [one["product"]["sku"] for one in removed["compareList"]]
    for sku in (a, b, a):
        assert await call(client, VIEW, sku=f" {sku} ") == {"isRecorded": True, "userErrors": []}
    listed, compared, viewed = await read(client)
    assert (listed[0], sorted(listed), compared[0], sorted(compared)) == (c, sorted([b, c]), c, sorted([a, b, c]))
    assert viewed == [a, b]
    shown = (await admin_client.data(SECTION, id=customer_id(owner)))["customer"]
    assert (skus(shown), shown["lastOrderedItems"]) == ([listed, compared, viewed], [])
    [cleared] = (await client.data(CLEAR)).values()
    assert cleared == {"compareList": [], "userErrors": []}
    assert await read(client) == [[], compared, viewed]


async def test_a_visitor_becomes_the_customer_at_sign_in(
    browser: Any, shopper: Any, signed_in: Any, as_customer: Any, connection: Connection, products: list[str]
):
    a, b, c, d = products
    token = secrets.token_urlsafe(24)
    visitor = await browser(x_visitor=token)
    for sku in (a, b):
        await call(visitor, VIEW, sku=sku)
    await call(visitor, ADD, skus=[a])
    row = await shopper()
    before = await as_customer(row.id)
    await call(before, VIEW, sku=a)
    await call(before, VIEW, sku=c)
    await call(before, ADD, skus=[d])
    client = await signed_in(row, x_visitor=token)
    assert await read(client) == [[d, a], [d, a], [c, a, b]]
    assert await read(await browser(x_visitor=token)) == [[], [], []]
    another = await browser(x_visitor=secrets.token_urlsafe(24))
    assert await read(another) == [[], [], []]


async def test_what_is_wrong_is_refused_and_changes_nothing(
    browser: Any, as_customer: Any, connection: Connection, products: list[str]
):
    nobody = await browser()
    missing = [{"code": "REQUIRED", "key": "visitor.token_missing", "path": None}]
    assert (await call(nobody, ADD, skus=products))["userErrors"] == missing
    assert (await call(nobody, VIEW, sku=products[0]))["userErrors"] == missing
    assert await read(nobody) == [[], [], []]
    client = await as_customer((await make_customer(connection)).id)
    refused = await call(client, ADD, skus=[products[0], "NOTHING"])
    assert refused == {
        "compareList": [],
        "userErrors": [{"code": "NOT_FOUND", "key": "product.not_found", "path": ["skus", "1"]}],
    }
    assert (await call(client, VIEW, sku="NOTHING"))["userErrors"][0]["path"] == ["sku"]
    for count in (0, KEPT + 1):
        answer = await call(client, ADD, skus=["X"] * count)
        assert [one["key"] for one in answer["userErrors"]] == ["compare_list.count_wrong"]
    assert await read(client) == [[], [], []]


async def test_the_newest_are_kept_also_of_changes_at_once(as_customer: Any, connection: Connection):
    client = await as_customer((await make_customer(connection)).id)
    made = [(await sell(connection, 100)).sku for _ in range(KEPT + 4)]
    await call(client, ADD, skus=made[:KEPT])
    await asyncio.gather(*[call(client, ADD, skus=[sku]) for sku in made[KEPT:]])
    listed, compared, _ = await read(client)
    assert (len(listed), len(compared)) == (KEPT, KEPT)
    assert set(listed[:4]) == set(made[KEPT:])


async def test_staff_who_are_signed_in_as_the_customer_are_not_recorded(
    connection: Connection, as_customer: Any, products: list[str], monkeypatch: pytest.MonkeyPatch
):
    from customer_gql.core.viewer import Viewer

    client = await as_customer((await make_customer(connection)).id)
    with monkeypatch.context() as patched:
        patched.setattr(Viewer, "is_impersonated", property(lambda _: True))
        assert (await call(client, VIEW, sku=products[0]))["isRecorded"] is False
    assert await read(client) == [[], [], []]


async def test_changes_from_one_network_are_limited(browser: Any, products: list[str], monkeypatch: pytest.MonkeyPatch):
    from customer_gql.commerce.comparisons import operations

    monkeypatch.setattr(operations, "CHANGES_PER_MINUTE", 2)
    assert CHANGES_PER_MINUTE > 2
    visitor = await browser(address="192.0.2.91", x_visitor=secrets.token_urlsafe(24))
    for _ in range(2):
        assert (await call(visitor, VIEW, sku=products[0]))["userErrors"] == []
    answer = await visitor.answer(VIEW, i={"sku": products[0]})
    assert answer["errors"][0]["extensions"]["code"] == "RATE_LIMITED"


async def test_items_of_the_last_orders(as_customer: Any, admin_client: Client, connection: Connection):
    owner = await make_customer(connection)
    client = await as_customer(owner.id)
    mug, pot = await sell(connection, 1000), await sell(connection, 2000)
    for key, made, total in (("1", mug, "15.00"), ("2", pot, "25.00")):
        await fill(client, (made, 1))
        await complete(client)
        assert (await place(client, key, total))["userErrors"] == []
    document = "{ me { lastOrderedItems { sku quantityOrdered options { code value } } } }"
    found = (await client.data(document))["me"]["lastOrderedItems"]
    assert found == [{"sku": one.sku, "quantityOrdered": 1, "options": []} for one in (pot, mug)]
    await connection.execute(
        "UPDATE sales_order SET state = 'CANCELED', status = 'canceled' WHERE customer_id = $1", owner.id
    )
    assert (await client.data(document))["me"]["lastOrderedItems"] == []


async def test_fifty_customers_cost_the_statements_of_one(
    admin_client: Client, connection: Connection, statements: Any, as_customer: Any, products: list[str]
):
    owners = [await make_customer(connection) for _ in range(5)]
    for owner in owners:
        await call(await as_customer(owner.id), ADD, skus=products)
    of = "customer(id: {id}) {{ compareList {{ product {{ sku }} }} lastOrderedItems {{ sku }} }}"
    counts = []
    for some in (owners[:1], owners):
        parts = [f"c{n}: " + of.format(id=f'"{customer_id(owner)}"') for n, owner in enumerate(some)]
        document = "{ " + " ".join(parts) + " }"
        await admin_client.data(document)
        await statements.clear()
        answer = await admin_client.data(document)
        assert all(len(one["compareList"]) == 4 for one in answer.values())
        counts.append(await statements.count())
    assert counts[0] == counts[1]


async def test_visitors_are_forgotten_after_a_month(empty_database: Database, settings: Settings):
    now = dt.datetime.now(dt.UTC)
    async with empty_database.writes.acquire() as connection:
        for number, days in enumerate((VISITOR_DAYS - 1, VISITOR_DAYS + 1)):
            at = now - dt.timedelta(days=days)
            await put(connection, visitor_browsing, token_hash=bytes([number] * 32), updated_at=at)
    await delete_old_visitors(Tools(empty_database, settings))
    async with empty_database.reads.acquire() as connection:
        left = await connection.fetch("SELECT token_hash FROM visitor_browsing")
    assert [row["token_hash"] for row in left] == [bytes(32)]
