"""Prices that shoppers see, and how staff see them come about (docs/domain/pricing.md#pricing-6)."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from commerce.catalog.test_products import sell
from customer_gql.commerce.catalog.tables import product_website
from customer_gql.commerce.pricing.tables import catalog_rule_price, product_price, product_tier_price
from customer_gql.core.ids import encode_id, new_id
from customer_gql.database.statements import Connection, Row
from customer_gql.shop.settings.declaration import WEBSITE
from customer_gql.shop.settings.time_zones import TIME_ZONE
from customer_gql.shop.settings.writes import set_value
from support.clients import Client
from support.configuration import set_one
from support.customers import make_customer, put
from support.staff import make_website, staff_client

PRICE = """query P($skus: [String!]!, $quantity: Int! = 1) { productsBySku(skus: $skus) {
  finalPrice(quantity: $quantity) { amount currency } } }"""
EXPLAIN = """query E($sku: String!, $websiteId: ID!, $groupId: ID, $quantity: Int! = 1, $at: DateTime) {
  priceExplain(sku: $sku, websiteId: $websiteId, groupId: $groupId, quantity: $quantity, at: $at) {
  candidates { kind amount { amount } } winner finalPrice { amount currency } } }"""
WEB = encode_id("web", 1)
DAY = dt.date(2026, 12, 24)


async def tier(connection: Connection, made: Row, quantity: int = 1, **given: Any) -> None:
    await put(connection, product_tier_price, id=new_id(), product_id=made.id, quantity=quantity, **given)


async def price_of(client: Client, made: Row, quantity: int = 1) -> Any:
    [found] = (await client.data(PRICE, skus=[made.sku], quantity=quantity))["productsBySku"]
    return found["finalPrice"] and found["finalPrice"]["amount"]


async def explain(client: Client, made: Row, **given: Any) -> Any:
    return (await client.data(EXPLAIN, **{"sku": made.sku, "websiteId": WEB, **given}))["priceExplain"]


async def test_the_price_of_a_group_and_of_a_quantity(storefront: Client, connection: Connection, as_customer: Any):
    made = await sell(connection)
    await tier(connection, made, group_id=2, percent=Decimal(10))
    await tier(connection, made, quantity=5, price=1500, website_id=1)
    await tier(connection, made, quantity=5, price=100, website_id=await make_website(connection))
    wholesaler = await make_customer(connection, group_id=2)
    member = await as_customer(wholesaler.id)
    assert [await price_of(storefront, made, quantity) for quantity in (1, 4, 5)] == ["19.90", "19.90", "15.00"]
    assert [await price_of(member, made, quantity) for quantity in (1, 4, 5)] == ["17.91", "17.91", "15.00"]
    for quantity in (0, 1_000_001):
        answer = await storefront.answer(PRICE, skus=[made.sku], quantity=quantity)
        assert "quantity: enter a number" in answer["errors"][0]["message"]


async def test_a_website_of_another_currency_needs_a_price_of_its_own(
    connection: Connection, as_customer: Any, admin_client: Client
):
    elsewhere = await make_website(connection)
    await connection.execute("UPDATE website SET currency = 'JPY' WHERE id = $1", elsewhere)
    member = await make_customer(connection, website_id=elsewhere, created_in_store_view_id=elsewhere)
    client = await as_customer(member.id)
    made = await sell(connection, elsewhere)
    await tier(connection, made, price=1, group_id=1)  # in the currency of the product
    await tier(connection, made, percent=Decimal(50))
    assert await price_of(client, made) is None
    web = encode_id("web", elsewhere)
    assert await explain(admin_client, made, websiteId=web) is None
    await put(connection, product_price, product_id=made.id, website_id=elsewhere, price=3001)
    explained = await explain(admin_client, made, websiteId=web)
    assert explained == {
        "candidates": [{"kind": "BASE", "amount": {"amount": "3001"}}, {"kind": "TIER", "amount": {"amount": "1501"}}],
        "winner": "TIER",
        "finalPrice": {"amount": "1501", "currency": "JPY"},
    }
    assert await price_of(client, made) == "1501"


@pytest.mark.parametrize(
    ("at", "amount"),
    [
        ("2026-12-24T10:59:59Z", "19.90"),
        ("2026-12-24T11:00:00Z", "9.00"),
        ("2026-12-26T10:59:59Z", "9.00"),
        ("2026-12-26T11:00:00Z", "19.90"),
    ],
)
async def test_days_begin_and_end_by_the_time_zone_of_the_website(
    at: str, amount: str, admin_client: Client, connection: Connection
):
    """Auckland is 13 hours ahead in December: its 25th begins at 11:00 of the 24th in UTC."""
    website = await make_website(connection)
    async with connection.transaction():
        await set_value(connection, TIME_ZONE, "Pacific/Auckland", scope=WEBSITE, scope_id=website)
    made = await sell(connection, website)
    await connection.execute(
        "UPDATE product SET currency = (SELECT currency FROM website WHERE id = $2) WHERE id = $1", made.id, website
    )
    days = {"special_from": dt.date(2026, 12, 25), "special_until": dt.date(2026, 12, 26)}
    await put(connection, product_price, product_id=made.id, website_id=website, price=1990, special_price=900, **days)
    explained = await explain(admin_client, made, websiteId=encode_id("web", website), at=at)
    assert explained["finalPrice"]["amount"] == amount


async def test_each_kind_of_price_and_which_one_wins(admin_client: Client, connection: Connection):
    made = await sell(connection)
    await put(connection, product_price, product_id=made.id, website_id=1, price=2000, special_price=1800)
    await tier(connection, made, quantity=3, price=1600)
    rule = {"product_id": made.id, "website_id": 1, "group_id": 0, "price": 1700}
    await put(connection, catalog_rule_price, **rule, from_on=DAY, until_on=DAY)
    noon, group = "2026-12-24T12:00:00Z", encode_id("grp", 0)
    shown = [("BASE", "20.00"), ("TIER", "16.00"), ("SPECIAL", "18.00"), ("CATALOG_RULE", "17.00")]
    explained = await explain(admin_client, made, quantity=3, at=noon, groupId=group)
    assert [(one["kind"], one["amount"]["amount"]) for one in explained["candidates"]] == shown
    assert (explained["winner"], explained["finalPrice"]["amount"]) == ("TIER", "16.00")
    assert (await explain(admin_client, made, quantity=2, at=noon))["winner"] == "CATALOG_RULE"
    assert (await explain(admin_client, made, at="2026-12-25T12:00:00Z"))["winner"] == "SPECIAL"
    assert (await explain(admin_client, made, at=noon, groupId=encode_id("grp", 1)))["winner"] == "SPECIAL"


async def test_what_is_not_sold_or_not_reached_is_unknown(http: Any, admin_client: Client, connection: Connection):
    website = await make_website(connection)
    made = await sell(connection, website, currency="EUR")
    there = encode_id("web", website)
    assert await explain(admin_client, made) is None
    assert await explain(admin_client, made, websiteId=there) is not None
    some = await staff_client(http, connection, ["pricing.manage"], [1])
    assert await explain(some, made, websiteId=there) is None
    answer = await (await staff_client(http, connection, ["customers.read"])).answer(EXPLAIN, sku="A", websiteId=WEB)
    assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "pricing.manage"}


async def test_fifty_prices_take_the_statements_of_one(
    storefront: Client, connection: Connection, statements: Any, as_customer: Any
):
    made = [await sell(connection) for _ in range(50)]
    for client in (storefront, await as_customer((await make_customer(connection)).id)):
        counts = {}
        for count in (1, 50):
            await statements.clear()
            found = (await client.data(PRICE, skus=[one.sku for one in made[:count]]))["productsBySku"]
            assert [one["finalPrice"]["amount"] for one in found] == ["19.90"] * count
            counts[count] = await statements.count()
        assert counts[1] == counts[50], statements.texts


async def test_a_time_zone_that_nobody_knows_is_refused(admin_client: Client):
    refused = await set_one(admin_client, "websites.time_zone", "Europe/Atlantis")
    assert [one["code"] for one in refused["userErrors"]] == ["INVALID"]


async def test_a_group_with_tiers_stays_and_so_does_the_currency_of_a_website(
    admin_client: Client, connection: Connection
):
    website, group = await make_website(connection), new_id()
    await connection.execute(
        "INSERT INTO customer_group (id, name, tax_class_id) VALUES ($1, $2, 3)", group, f"G{group}"
    )
    made = await sell(connection)
    await put(connection, product_website, product_id=made.id, website_id=website)
    await tier(connection, made, group_id=group, price=1)
    await put(connection, product_price, product_id=made.id, website_id=website, price=1)
    document = (
        "mutation D($input: CustomerGroupDeleteInput!) { customerGroupDelete(input: $input) { userErrors { params } } }"
    )
    [refused] = (await admin_client.data(document, input={"id": encode_id("grp", group)}))["customerGroupDelete"][
        "userErrors"
    ]
    assert refused["params"]["uses"] == ["tier prices"]
    document = "mutation U($input: WebsiteUpdateInput!) { websiteUpdate(input: $input) { userErrors { params } } }"
    given = {"id": encode_id("web", website), "currency": "CHF"}
    [refused] = (await admin_client.data(document, input=given))["websiteUpdate"]["userErrors"]
    assert "prices of products" in refused["params"]["uses"]
