"""What happened on each day: figures that writers keep, in the days of a time zone, and of the viewer's websites."""

import asyncio
import datetime as dt

import pytest

from customer_gql.administration.daily_figures.slice import fold_all_figures, fold_recent_figures
from customer_gql.commerce.orders.daily_figures import count_orders
from customer_gql.core.ids import encode_id
from customer_gql.database.pools import open_database
from customer_gql.demo.seed.seeding import seed_shop
from customer_gql.messaging.jobs.work import Tools
from customer_gql.schema.projections import PROJECTIONS
from customer_gql.shop.settings.declaration import WEBSITE
from customer_gql.shop.settings.time_zones import TIME_ZONE
from customer_gql.shop.settings.writes import set_value
from support.clients import served
from support.customers import customer_id, make_customer, make_order
from support.shopping import SIGN_UP, person
from support.staff import make_website, staff_client

FIGURES = """query F($fromOn: Date!, $toOn: Date!, $websiteId: ID) {
  dailyFigures(fromOn: $fromOn, toOn: $toOn, websiteId: $websiteId) {
    dayOn signUpCount signInCount orderCount revenue { amount currency } } }"""
SIGN_IN = "mutation S($input: SignInInput!) { signIn(input: $input) { accessToken userErrors { key } } }"
DELETE = "mutation D($id: ID!) { customerDelete(input: {id: $id}) { userErrors { key } } }"


@pytest.fixture
async def database(empty_database_url):
    """Of this test alone."""
    async with open_database(
        empty_database_url, read_connections=3, write_connections=6, projections=PROJECTIONS
    ) as opened:
        yield opened


@pytest.fixture
async def http(settings, database):
    async with served(settings, database) as client:
        yield client


@pytest.fixture
def tools(database, settings):
    return Tools(database, settings, projections=PROJECTIONS)


async def figures(client, first, last=None, **given):
    found = await client.data(FIGURES, fromOn=first.isoformat(), toOn=(last or first).isoformat(), **given)
    return found["dailyFigures"]


def day(on, sign_ups=0, sign_ins=0, orders=0, revenue=()):
    return {
        "dayOn": on.isoformat(),
        "signUpCount": sign_ups,
        "signInCount": sign_ins,
        "orderCount": orders,
        "revenue": [{"amount": amount, "currency": currency} for amount, currency in revenue],
    }


async def around_now(client):
    """The sums of yesterday to tomorrow: a test may run at midnight."""
    today = dt.datetime.now(dt.UTC).date()
    found = await figures(client, today - dt.timedelta(days=1), today + dt.timedelta(days=1))
    return [sum(one[name] for one in found) for name in ("signUpCount", "signInCount", "orderCount")]


async def place(connection, owner, placed_at, total):
    order = await make_order(connection, owner, [], placed_at=placed_at, grand_total=total, subtotal=total)
    await count_orders(connection, [(owner.id, order.id)])
    return order


async def test_who_signs_up_and_in_counts_once(admin_client, storefront, connection):
    await storefront.data(SIGN_UP, input=person("one@example.com"))
    assert (await around_now(admin_client))[0] == 1
    before = (await around_now(admin_client))[1]
    given = {"email": "one@example.com", "password": person("one@example.com")["password"]}
    assert (await storefront.data(SIGN_IN, input=given))["signIn"]["userErrors"] == []
    assert (await around_now(admin_client))[1] == before + 1
    wrong = await storefront.data(SIGN_IN, input={**given, "password": "never"})
    assert wrong["signIn"]["accessToken"] is None
    assert (await around_now(admin_client))[:2] == [1, before + 1]
    [row] = await connection.fetch("SELECT id FROM customer")
    await admin_client.data(DELETE, id=customer_id(row))
    assert (await around_now(admin_client))[:2] == [1, before + 1], "past days stay as they were"


async def test_days_are_those_of_the_time_zone(admin_client, connection):
    owner = await make_customer(connection)
    evening = dt.datetime(2026, 3, 9, 23, 50, tzinfo=dt.UTC)
    await place(connection, owner, evening, 1050)
    first, second = evening.date(), evening.date() + dt.timedelta(days=1)
    paid = [("10.50", "USD")]
    assert await figures(admin_client, first, second) == [day(first, orders=1, revenue=paid), day(second)]
    async with connection.transaction():
        await set_value(connection, TIME_ZONE, "Europe/Berlin", scope=WEBSITE, scope_id=1)
    there = await figures(admin_client, first, second, websiteId=encode_id("web", 1))
    assert there == [day(first), day(second, orders=1, revenue=paid)]
    assert await figures(admin_client, first) == [day(first, orders=1, revenue=paid)], "of the shop"


async def test_sums_of_many_transactions(admin_client, connection, database, tools):
    owner = await make_customer(connection)
    placed_at = dt.datetime(2026, 3, 9, 12, tzinfo=dt.UTC)
    for total in (100, 200, 300):
        await place(connection, owner, placed_at, total)
    expected = [day(placed_at.date(), orders=3, revenue=[("6.00", "USD")])]
    assert await figures(admin_client, placed_at.date()) == expected
    count = "SELECT count(*) FROM daily_figure WHERE measure = 'ORDERS'"
    await fold_recent_figures(tools)
    assert await connection.fetchval(count) == 3, "these are older"
    await asyncio.gather(*[fold_all_figures(tools) for _ in range(3)])
    assert await connection.fetchval(count) == 1
    assert await figures(admin_client, placed_at.date()) == expected


async def test_a_generated_shop_has_figures(admin_client, connection):
    await seed_shop(connection, customers=60, seed=3)
    stored = await connection.fetchrow(
        "SELECT (SELECT count(*) FROM customer), (SELECT count(*) FROM sales_order),"
        " (SELECT count(*) FROM customer_activity WHERE last_sign_in_at IS NOT NULL), min(created_at) FROM customer"
    )
    first, found = stored[3].date(), []
    while first < dt.date(2026, 7, 3):
        last = first + dt.timedelta(days=365)
        found += await figures(admin_client, first, last)
        first = last + dt.timedelta(days=1)
    names = ("signUpCount", "orderCount", "signInCount")
    assert [sum(one[name] for one in found) for name in names] == list(stored)[:3]


async def test_staff_of_a_website_see_its_figures(admin_client, http, connection):
    other = await make_website(connection)
    limited = await staff_client(http, connection, ["customers.read"], website_ids=[other])
    owner, at = await make_customer(connection), dt.datetime(2026, 3, 9, 12, tzinfo=dt.UTC)
    await place(connection, owner, at, 100)
    assert (await figures(limited, at.date()))[0]["orderCount"] == 0
    assert (await figures(admin_client, at.date()))[0]["orderCount"] == 1
    for unknown in (encode_id("web", 1), encode_id("web", 99_999)):
        answer = await limited.answer(FIGURES, fromOn="2026-03-09", toOn="2026-03-09", websiteId=unknown)
        assert answer["errors"][0]["message"] == "websiteId: there is no such website."
    without = await staff_client(http, connection, ["reviews.read"])
    answer = await without.answer(FIGURES, fromOn="2026-03-09", toOn="2026-03-09")
    assert answer["errors"][0]["extensions"]["permission"] == "customers.read"


@pytest.mark.parametrize(
    ("first", "last", "message"),
    [
        ("2026-03-09", "2026-03-08", "toOn: give a day that is not before fromOn."),
        ("2025-03-09", "2026-03-10", "Ask for at most 366 days at once, not 367."),
        ("9999-12-31", "9999-12-31", "toOn: give a day before the end of the calendar."),
    ],
)
async def test_days_that_cannot_be_asked_for(first, last, message, admin_client):
    answer = await admin_client.answer(FIGURES, fromOn=first, toOn=last)
    assert answer["errors"][0]["message"] == message
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_first_days_of_the_calendar(admin_client):
    assert len(await figures(admin_client, dt.date(1, 1, 1), dt.date(1, 1, 2))) == 2
