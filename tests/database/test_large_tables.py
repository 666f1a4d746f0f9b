"""With forty thousand customers every statement finds its rows by an index."""

import asyncio

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.customers.accounts.tables import customer_password
from customer_gql.customers.accounts.writes import issue_customer_token
from customer_gql.security import hashing
from customer_gql.security.passwords import store_password
from customer_gql.settings import load_settings
from support.clients import Client, served
from support.large_tables import SeenStatements, scans
from support.shopping import PASSWORD, RESET_REQUEST, SIGN_IN
from support.staff import staff_client

pytestmark = pytest.mark.slow

PROFILE = """{ me { email addresses { city } defaultBillingAddress { city } orderStatistics { orderCount }
  orders(first: 5) { nodes { number items { sku } shipments { trackingNumbers { number } } billingAddress { city } } }
  cart { items { quantity } } wishlists { items(first: 5) { nodes { quantity } } } reviews(first: 5) { nodes { title } }
  storeCredit { balance { amount } entries(first: 5) { nodes { action } } }
  rewardPoints { balance entries(first: 5) { nodes { action } } } newsletterSubscriptions { status } } sessions { device } }"""
GRID = """query G($sort: [CustomerSort!]) { customers(first: 20, sort: $sort) {
  nodes { email group { name } website { code } defaultBillingAddress { city } activity { isOnline } } } }"""
CUSTOMER = """query C($id: ID!) { customer(id: $id) { email history(first: 5) { nodes { kind } } sessions { device }
  impersonations(first: 5) { nodes { reason } } } }"""
ADDRESS = {"firstName": "Ada", "lastName": "Byron", "street": ["1 Way"], "city": "London", "postcode": "N1 7AA"}
ADDRESS |= {"countryCode": "GB", "telephone": "+44 20 7946 0000"}
KEY = {"idempotencyKey": "large"}

OWN = [
    ("meUpdate", "MeUpdateInput", {"firstName": "Augusta"}),
    ("addressCreate", "AddressCreateInput", {**ADDRESS, "isDefaultBilling": True}),
    ("newsletterUnsubscribe", None, None),
    ("meDeleteRequest", "MeDeleteRequestInput", {"currentPassword": PASSWORD}),
]
BY_STAFF = [
    ("customerQuickEdit", "CustomerQuickEditInput", {"taxVatNumber": "GB7", "telephone": "+44 20 1111"}),
    ("customerLock", "CustomerLockInput", {}),
    ("customerUnlock", "CustomerAccountInput", {}),
    ("customerForceSignIn", "CustomerForceSignInInput", {}),
    ("storeCreditAdjust", "StoreCreditAdjustInput", {"amount": "1.00", **KEY}),
    ("rewardPointsAdjust", "RewardPointsAdjustInput", {"points": 5, **KEY}),
]


@pytest.fixture(scope="module")
async def http(large_shop):
    settings = load_settings(
        database_url="postgresql://not.used", environment="development", admin__cost=10**6, admin__bucket=10**7
    )
    async with served(settings, large_shop.database) as client:
        yield client


@pytest.fixture
async def connection(large_shop):
    async with large_shop.database.writes.acquire() as opened:
        yield opened


@pytest.fixture
async def shopper(large_shop, connection):
    """One of the many, who knows a password."""
    row = await connection.fetchrow("SELECT * FROM customer WHERE id = $1", large_shop.customer.id + 5000)
    await store_password(connection, customer_password, row.id, await hashing.hash_password(PASSWORD))
    await connection.execute("UPDATE customer SET locked_until = NULL WHERE id = $1", row.id)
    return row


@pytest.fixture
async def device(http, connection, shopper):
    return Client(http, "/graphql", await issue_customer_token(connection, shopper.id))


async def call(client, name, kind, input):
    head = f"($input: {kind}!)" if kind else ""
    given = "(input: $input)" if kind else ""
    document = f"mutation M{head} {{ {name}{given} {{ userErrors {{ code path }} }} }}"
    answer = await client.data(document, **({"input": input} if kind else {}))
    assert answer == {name: {"userErrors": []}}


async def scanned_by(large_shop, connection, work):
    """What the statements of the work scan."""
    await asyncio.sleep(0)
    large_shop.statements.seen.clear()
    await work
    await asyncio.sleep(0)
    assert large_shop.statements.seen
    return await scans(connection, SeenStatements(dict(large_shop.statements.seen)))


async def test_a_statement_without_an_index_is_found_out(connection):
    by_city = SeenStatements({"SELECT * FROM address WHERE city = $1": ["Bath"]})
    assert await scans(connection, by_city) == ["address: SELECT * FROM address WHERE city = $1"]
    assert await scans(connection, SeenStatements({"SELECT * FROM address WHERE customer_id = $1": [7]})) == []


async def test_the_profile_of_a_customer(large_shop, device, connection):
    assert await scanned_by(large_shop, connection, device.data(PROFILE)) == []


async def test_a_sign_in_and_a_reset(large_shop, http, shopper, connection):
    guest = Client(http, "/graphql", None)
    code = await connection.fetchval("SELECT code FROM store_view WHERE id = $1", shopper.created_in_store_view_id)
    http.headers["X-Store-View"] = code
    for document, input in (
        (SIGN_IN, {"email": shopper.email, "password": PASSWORD}),
        (RESET_REQUEST, {"email": shopper.email}),
    ):
        assert await scanned_by(large_shop, connection, guest.data(document, input=input)) == []
    del http.headers["X-Store-View"]


@pytest.mark.parametrize(("name", "kind", "input"), OWN, ids=[case[0] for case in OWN])
async def test_what_customers_do_to_themselves(name, kind, input, large_shop, device, connection):
    assert await scanned_by(large_shop, connection, call(device, name, kind, input)) == []


@pytest.mark.parametrize(("name", "kind", "input"), BY_STAFF, ids=[case[0] for case in BY_STAFF])
async def test_what_staff_do_to_a_customer(name, kind, input, large_shop, http, connection):
    boss = await staff_client(http, connection)
    target = {"id": encode_id("cus", large_shop.customer.id + 6000), **input}
    assert await scanned_by(large_shop, connection, call(boss, name, kind, target)) == []


@pytest.mark.parametrize("action", ["SUBSCRIBE", "UNSUBSCRIBE", "ASSIGN_GROUP", "DELETE"])
async def test_a_mass_action(action, large_shop, http, connection):
    boss = await staff_client(http, connection)
    ids = [encode_id("cus", large_shop.customer.id + 7000 + number) for number in range(50)]
    input = {"action": action, "selection": {"ids": ids}}
    if action == "ASSIGN_GROUP":
        input["groupId"] = encode_id("grp", 2)
    work = call(boss, "customerMassAction", "CustomerMassActionInput", input)
    assert await scanned_by(large_shop, connection, work) == []


async def test_a_customer_as_staff_see_them(large_shop, http, connection):
    boss = await staff_client(http, connection)
    id = encode_id("cus", large_shop.customer.id + 4000)
    assert await scanned_by(large_shop, connection, boss.data(CUSTOMER, id=id)) == []


@pytest.mark.parametrize(
    "sort", [{"by": "NUMBER", "direction": "DESC"}, {"by": "NUMBER"}, {"by": "NAME"}, {"by": "EMAIL"}], ids=str
)
async def test_a_page_of_the_grid(sort, large_shop, http, connection):
    boss = await staff_client(http, connection)
    assert await scanned_by(large_shop, connection, boss.data(GRID, sort=sort)) == []
