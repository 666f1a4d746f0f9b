"""With forty thousand customers every statement finds its rows by an index."""

import asyncio
import json
from datetime import UTC, datetime

import pytest

from customer_gql.administration.customer_grid.filters import CUSTOMERS
from customer_gql.core.ids import encode_id
from customer_gql.customers.accounts.tables import customer_password
from customer_gql.customers.accounts.writes import issue_customer_token
from customer_gql.database.statements import compile_statement
from customer_gql.loading.grids.orders import SortBy
from customer_gql.loading.grids.pages import GridQuestion
from customer_gql.security import hashing
from customer_gql.security.passwords import store_password
from customer_gql.settings import AdminSettings, load_settings
from support.clients import Client, served
from support.databases import change_tables
from support.large_tables import SeenStatements, nodes, scans
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
    admin = AdminSettings(cost=10**6, bucket=10**7)  # pyright: ignore[reportCallIssue]
    settings = load_settings(database_url="postgresql://not.used", environment="development", admin=admin)
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


IN_ORDER = [it for it in CUSTOMERS.columns.values() if it.is_indexed and it.is_sortable and it.key != "isLocked"]
STARTS = {"telephone": "+44", "postcode": "b", "country": "B", "company": "b", "taxVatNumber": "b", "externalId": "b"}


@pytest.fixture(scope="module")
async def varied(large_shop, server):
    """One customer in fifty differs in what the grid shows of them; the others are copies of one."""
    rows = """UPDATE customer_grid_row SET telephone_e164 = '+44' || number, postcode_fold = 'b1', country_code = 'BE',
      company_fold = 'b', external_id_fold = 'b', newsletter_status = 'UNSUBSCRIBED', name_fold = 'zoe'
      WHERE customer_id % 50 = 0"""
    accounts = """UPDATE customer SET tax_vat_number = 'B', status = 'INACTIVE', customer_type = 'COMPANY_USER',
      locked_until = CASE WHEN id % 2000 = 0 THEN now() + interval '1 day' END WHERE id % 50 = 0"""
    usual_rows = """UPDATE customer_grid_row SET telephone_e164 = '+1' || number, postcode_fold = 'a1', country_code = 'US',
      company_fold = NULL, external_id_fold = NULL, newsletter_status = 'SUBSCRIBED'"""
    usual_accounts = """UPDATE customer SET tax_vat_number = NULL, status = 'ACTIVE', customer_type = 'INDIVIDUAL',
      locked_until = NULL"""
    async with large_shop.database.writes.acquire() as connection:
        vacuum = [f"VACUUM ANALYZE {table}" for table in ("customer_grid_row", "customer")]
        await change_tables(server, connection, usual_rows, usual_accounts, rows, accounts, *vacuum)


def sort_by(key, is_descending=False):
    return SortBy(str(CUSTOMERS.columns[key].sort_key), is_descending)


async def plan_of(connection, **question):
    """The nodes of the plan of a page of customers, which is made with the values of its filter."""
    asked = GridQuestion.of(CUSTOMERS, **question)
    selected = CUSTOMERS.page_statement(asked.narrowing, asked.order, backward=False, positioned=False, has_row=False)
    statement = compile_statement(selected)
    explained = await connection.fetchval(f"EXPLAIN (FORMAT JSON) {statement.sql}", *statement.arguments({"limit": 21}))
    [page] = [it for it in nodes(json.loads(explained)[0]["Plan"]) if it["Node Type"] == "Limit"]
    return list(nodes(page))


def index_of(plan):
    """The one index that finds the rows, all of them in their order."""
    assert [it["Node Type"] for it in plan if it["Node Type"] in {"Seq Scan", "Sort", "Bitmap Heap Scan"}] == []
    [scan] = [it for it in plan if it.get("Relation Name") in {"customer_grid_row", "customer"}]
    return scan["Index Name"], scan.get("Index Cond", "")


@pytest.mark.parametrize("is_descending", [False, True])
@pytest.mark.parametrize("column", IN_ORDER, ids=lambda column: column.key)
async def test_an_index_gives_the_order_of_an_indexed_column(column, is_descending, varied, connection):
    index_of(await plan_of(connection, sort=[sort_by(column.key, is_descending)]))


@pytest.mark.parametrize(("key", "start"), STARTS.items())
async def test_the_start_of_a_text_is_found_in_its_order(key, start, varied, connection):
    sort = [sort_by(key)]
    _, condition = index_of(await plan_of(connection, filter={key: {"startsWith": start}}, sort=sort))
    assert start in condition


@pytest.mark.parametrize(
    ("key", "value"), [("newsletterStatus", "UNSUBSCRIBED"), ("status", "INACTIVE"), ("customerType", "COMPANY_USER")]
)
async def test_the_customers_of_a_kind_are_found_in_its_order(key, value, varied, connection):
    sort = [sort_by(key)]
    _, condition = index_of(await plan_of(connection, filter={key: {"in": [value]}}, sort=sort))
    assert value in condition


@pytest.mark.parametrize(
    ("key", "value"), [("newsletterStatus", "UNSUBSCRIBED"), ("country", "BE"), ("postcode", "b1")]
)
async def test_those_who_share_a_value_are_found_in_the_usual_order_and_counted_by_the_index(
    key, value, varied, connection
):
    asked = GridQuestion.of(CUSTOMERS, filter={key: {"eq": value}})
    statement = compile_statement(CUSTOMERS.count_statement(asked.narrowing))
    explained = await connection.fetchval(f"EXPLAIN (FORMAT JSON) {statement.sql}", *statement.arguments({}))
    assert "Index Only Scan" in {it["Node Type"] for it in nodes(json.loads(explained)[0]["Plan"])}
    plan = await plan_of(connection, filter={key: {"eq": value}})
    assert {it.get("Index Name", "").rpartition("_")[2] for it in plan} - {""} == {"number"}


@pytest.mark.parametrize("key", ["lastOrderAt", "lastActivityAt"])
async def test_a_scan_for_what_is_earlier_begins_after_what_is_empty(key, varied, connection):
    filter, sort = {key: {"lt": datetime(2126, 1, 1, tzinfo=UTC)}}, [sort_by(key)]
    _, condition = index_of(await plan_of(connection, filter=filter, sort=sort))
    assert "> '-infinity'" in condition


@pytest.mark.parametrize("is_descending", [False, True])
async def test_names_of_a_letter_are_found_in_the_order_of_last_names(is_descending, varied, connection):
    plan = await plan_of(connection, filter={"name": {"startsWith": "Z"}}, sort=[SortBy("NAME", is_descending)])
    [scan] = [it for it in plan if it["Node Type"] != "Limit"]
    assert (scan["Node Type"], scan["Index Name"]) == ("Index Only Scan", "ix_customer_grid_row_name_initial")
    assert "= 'z'" in scan["Index Cond"]
    assert "Filter" not in scan


@pytest.mark.parametrize("is_descending", [False, True])
@pytest.mark.parametrize("start", ["Zi", "Zita", "Zita Smi"])
async def test_starts_of_names_are_found_in_the_order_of_last_names(start, is_descending, varied, connection):
    plan = await plan_of(connection, filter={"name": {"startsWith": start}}, sort=[SortBy("NAME", is_descending)])
    names = {it.get("Index Name") for it in plan} - {None}
    assert names <= {"ix_customer_grid_row_name_initials", "ix_customer_grid_row_name_start"}
    assert {it["Node Type"] for it in plan} <= {"Limit", "Sort", "Index Only Scan"}
    [scan] = [it for it in plan if it["Node Type"] == "Index Only Scan"]
    assert start[:2].lower() in scan["Index Cond"]


async def test_names_are_compared_without_a_look_at_the_rows(varied, connection):
    plan = await plan_of(connection, filter={"name": {"contains": "z"}}, sort=[SortBy("NAME")])
    assert "ix_customer_grid_row_name_order" in [
        it.get("Index Name") for it in plan if it["Node Type"] == "Index Only Scan"
    ]


async def test_the_few_who_are_locked_are_found_in_the_order_of_their_numbers(varied, connection):
    name, _ = index_of(await plan_of(connection, filter={"isLocked": {"eq": True}}))
    assert name == "ix_customer_locked"
