"""How many customers there are: exact at any size, and right whoever writes customers."""

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from customer_gql.administration.customer_changes.counts import (
    check_counts,
    correct_counts,
    find_wrong_counts,
    fold_counts,
)
from customer_gql.core.actor import SYSTEM
from customer_gql.core.ids import encode_id
from customer_gql.customers.profile.writes import delete_customers, lock_customers
from customer_gql.database.pools import open_database
from customer_gql.database.projections import recompute_all
from customer_gql.database.transactions import transaction
from customer_gql.demo.northwind.load import import_northwind
from customer_gql.demo.seed.seeding import seed_shop
from customer_gql.messaging.jobs.work import Tools
from customer_gql.schema.projections import PROJECTIONS
from support.adobe_shop import ANN, HOME, Shop, sheet
from support.clients import served
from support.customers import customer_id, make_customer
from support.races import StoppableConnection
from support.shopping import SIGN_UP, person
from support.staff import make_website, staff_client

FOLDER = Path(__file__).parents[3].parent / "shared" / "data" / "northwind"
COUNT = "{ customers(first: 1) { totalCount totalCountPrecision } }"
COUNT_SOME = """query C($filter: CustomerFilter, $sort: [CustomerSort!]) {
  customers(first: 1, filter: $filter, sort: $sort) { totalCount totalCountPrecision } }"""
CREATE = "mutation C($input: CustomerCreateInput!, $dryRun: Boolean!) { customerCreate(input: $input, dryRun: $dryRun) { userErrors { key } } }"
UPSERT = "mutation U($input: CustomerUpsertInput!) { customerUpsert(input: $input) { userErrors { key } } }"
EDIT = "mutation Q($input: CustomerQuickEditInput!) { customerQuickEdit(input: $input) { userErrors { key } } }"
ACT = "mutation A($input: CustomerMassActionInput!, $dryRun: Boolean!) { customerMassAction(input: $input, dryRun: $dryRun) { doneCount userErrors { key } } }"
DELETE = "mutation D($id: ID!) { customerDelete(input: {id: $id}) { userErrors { key } } }"


@pytest.fixture
async def database(empty_database_url, statements):
    """Of this test alone."""
    async with open_database(
        empty_database_url,
        read_connections=3,
        write_connections=6,
        on_statement=statements,
        projections=PROJECTIONS,
        connection_class=StoppableConnection,
    ) as opened:
        yield opened


@pytest.fixture
async def http(settings, database):
    async with served(settings, database) as client:
        yield client


@pytest.fixture
def tools(database, settings):
    return Tools(database, settings, projections=PROJECTIONS)


async def count(client):
    found = (await client.data(COUNT))["customers"]
    assert found["totalCountPrecision"] == "EXACT"
    return found["totalCount"]


async def assert_right(connection, total):
    assert await find_wrong_counts(connection) == {}
    assert await connection.fetchval("SELECT count(*) FROM customer") == total


def new(email, **given):
    return {"email": email, "firstName": "Ada", "lastName": "Byron", **given}


UPSERTED = {"externalId": "E-3", "customer": new("three@example.com", websiteId=encode_id("web", 1))}


async def test_those_who_write_one_customer_count(admin_client, storefront, connection):
    website, other = encode_id("web", 1), await make_website(connection)
    await storefront.data(SIGN_UP, input=person("one@example.com"))
    await assert_right(connection, 1)
    created = await admin_client.data(CREATE, input=new("two@example.com", websiteId=website), dryRun=False)
    assert created == {"customerCreate": {"userErrors": []}}
    await assert_right(connection, 2)
    await admin_client.data(CREATE, input=new("never@example.com", websiteId=website), dryRun=True)
    await assert_right(connection, 2)
    upserted = await admin_client.data(UPSERT, input=UPSERTED)
    assert upserted == {"customerUpsert": {"userErrors": []}}
    await assert_right(connection, 3)
    await admin_client.data(UPSERT, input=UPSERTED)
    await assert_right(connection, 3)
    assert await count(admin_client) == 3
    [moved] = await connection.fetch("SELECT * FROM customer WHERE email = 'two@example.com'")
    edited = await admin_client.data(EDIT, input={"id": customer_id(moved), "websiteId": encode_id("web", other)})
    assert edited == {"customerQuickEdit": {"userErrors": []}}
    await assert_right(connection, 3)
    await admin_client.data(DELETE, id=customer_id(moved))
    await assert_right(connection, 2)
    assert await count(admin_client) == 2


async def test_those_who_write_many_customers_count(admin_client, connection, database, tmp_path, tools):
    rows = [await make_customer(connection) for _ in range(5)]
    ids = [customer_id(row) for row in rows[:3]]
    for dry_run, left in ((True, 5), (False, 2)):
        await admin_client.data(ACT, input={"action": "DELETE", "selection": {"ids": ids}}, dryRun=dry_run)
        await assert_right(connection, left)
    async with database.writes.acquire() as importing:
        shop = Shop(importing, tmp_path)
        await shop.load(sheet(ANN), sheet(HOME), dry_run=True)
        await assert_right(connection, 2)
        for _ in range(2):
            await shop.load(sheet(ANN), sheet(HOME))
            await assert_right(connection, 3)
    assert await count(admin_client) == 3


async def test_a_seeded_shop_is_counted(database, connection, admin_client):
    await seed_shop(connection, customers=60, seed=3)
    await assert_right(connection, 60)
    assert await count(admin_client) == 60
    # One row for each website, whatever number of batches wrote them.
    assert await connection.fetchval("SELECT count(DISTINCT website_id) = count(*) FROM customer_count")


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the Northwind files are not on this machine")
async def test_customers_of_northwind_are_counted(database, connection):
    await import_northwind(connection, FOLDER)
    await assert_right(connection, await connection.fetchval("SELECT count(*) FROM customer"))


async def test_a_writer_who_forgets_is_found_and_corrected(database, connection, tools):
    rows = [await make_customer(connection) for _ in range(3)]
    await connection.execute("DELETE FROM customer WHERE id = $1", rows[0].id)
    assert await find_wrong_counts(connection) == {1: -1}
    with capture_logs() as logs:
        await check_counts(tools)
        await check_counts(tools)
    [told] = [it for it in logs if it["log_level"] == "error"]
    assert (told["website"], told["missing"]) == (encode_id("web", 1), -1)
    await assert_right(connection, 2)


async def test_two_who_correct_at_once_correct_once(database, connection):
    for _ in range(3):
        await make_customer(connection)
    await connection.execute("DELETE FROM customer_count")

    async def correct():
        async with database.transaction() as one:
            return await correct_counts(one)

    assert sorted(map(len, await asyncio.gather(*[correct() for _ in range(4)]))) == [0, 0, 0, 1]
    await assert_right(connection, 3)


async def test_reproject_of_what_was_never_written_down_counts_it_once(database, connection):
    rows = [await make_customer(connection) for _ in range(3)]
    await connection.execute("DELETE FROM customer_change WHERE customer_id = $1", rows[0].id)
    await connection.execute(
        "UPDATE customer_count SET change = 2 WHERE change = (SELECT max(change) FROM customer_count)"
    )
    async with transaction(connection):
        await correct_counts(connection)
    for projection in PROJECTIONS:
        await recompute_all(connection, projection, lambda *_: None)
    async with transaction(connection):
        await correct_counts(connection)
    await assert_right(connection, 3)


async def test_writers_wait_for_nobody_and_rows_are_folded_beside_them(database, connection, tools, admin_client):
    """Two transactions that have counted and are open, a job that folds, and a reader."""
    for _ in range(6):
        await make_customer(connection)
    gone = [row.id for row in await connection.fetch("SELECT id FROM customer ORDER BY id LIMIT 2")]
    counted, end = asyncio.Barrier(3), asyncio.Event()

    async def delete(id):
        async with database.writes.acquire() as mine, mine.transaction():
            async with transaction(mine):
                await delete_customers(
                    mine, list((await lock_customers(mine, [id], websites=None)).values()), by=SYSTEM
                )
            await counted.wait()
            await end.wait()

    deleting = [asyncio.create_task(delete(id)) for id in gone]
    await counted.wait()
    assert await count(admin_client) == 6
    await fold_counts(tools)
    assert await connection.fetchval("SELECT count(*) FROM customer_count") == 1
    assert await count(admin_client) == 6
    end.set()
    await asyncio.gather(*deleting)
    await assert_right(connection, 4)
    await asyncio.gather(*[fold_counts(tools) for _ in range(3)])
    await assert_right(connection, 4)
    assert await connection.fetchval("SELECT count(*) FROM customer_count") == 1


async def test_staff_of_some_websites_get_the_sum_of_theirs(admin_client, http, connection):
    here, there = await make_website(connection), await make_website(connection)
    for website, number in ((here, 3), (there, 2), (1, 1)):
        for _ in range(number):
            await make_customer(connection, website_id=website, created_in_store_view_id=website)
    for reach, total in (([here], 3), ([here, there], 5), ([await make_website(connection)], 0)):
        assert await count(await staff_client(http, connection, ["customers.read"], reach)) == total
    assert await count(admin_client) == 6


async def test_the_length_of_the_whole_list_is_exact_beyond_the_limit_and_a_part_is_estimated(admin_client, connection):
    for _ in range(4):
        await make_customer(connection)
    await connection.execute("ANALYZE customer_grid_row, customer")
    await connection.execute(SET, "grid.exact_count_limit", "2")
    by_name = [{"by": "NAME", "direction": "ASC"}]
    sorted_list = (await admin_client.data(COUNT_SOME, sort=by_name))["customers"]
    assert sorted_list == {"totalCount": 4, "totalCountPrecision": "EXACT"}
    some = (await admin_client.data(COUNT_SOME, filter={"status": {"eq": "ACTIVE"}}))["customers"]
    assert some["totalCountPrecision"] == "ESTIMATED"


SET = "INSERT INTO configuration_value (path, scope, scope_id, value) VALUES ($1, 'GLOBAL', 0, $2)"
