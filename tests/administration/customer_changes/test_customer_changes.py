"""The list by which another program keeps a copy: nothing that was committed is skipped, whoever wrote it."""

import asyncio
import datetime as dt

import pytest

from customer_gql.administration.customer_changes.change_log import CUSTOMER_CHANGES
from customer_gql.core.ids import encode_id
from customer_gql.customers.profile.writes import lock_customers, update_customer
from customer_gql.database.pools import open_database
from customer_gql.database.projection_checks import compare_all
from customer_gql.database.projections import recompute_all
from customer_gql.schema.projections import PROJECTIONS
from support.adobe_shop import ANN, HOME, Shop, sheet
from support.clients import served
from support.customers import customer_id, make_customer
from support.isolation import ask_for_every_field
from support.races import StoppableConnection
from support.shopping import SIGN_UP, person
from support.staff import make_website, staff_client

CHANGES = """query C($first: Int, $after: String) { customerChanges(first: $first, after: $after) {
  nodes { customerId number externalId change changedAt customer { number email } }
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
EDIT = """mutation Q($input: CustomerQuickEditInput!) { customerQuickEdit(input: $input) { userErrors { code } } }"""
ACT = """mutation A($input: CustomerMassActionInput!) { customerMassAction(input: $input) { userErrors { code } } }"""
ADDRESS = """mutation A($input: AddressCreateInput!) { addressCreate(input: $input) { userErrors { code } } }"""
PLACE = {"firstName": "Ada", "lastName": "Byron", "street": ["1 Way"], "city": "London", "postcode": "N1 7AA"}
PLACE |= {"countryCode": "GB", "telephone": "+44 20 7946 0000"}


@pytest.fixture
async def database(empty_database_url, statements):
    """Of this test alone, so that the list has its customers alone."""
    async with open_database(
        empty_database_url,
        read_connections=3,
        write_connections=6,
        on_statement=statements,
        projections=PROJECTIONS,
        connection_class=StoppableConnection,
    ) as opened:
        async with opened.writes.acquire() as connection:
            await ask_for_every_field(connection)
        yield opened


@pytest.fixture
async def http(settings, database):
    async with served(settings, database) as client:
        yield client


async def page(client, after=None, first=100):
    return (await client.data(CHANGES, first=first, after=after))["customerChanges"]


async def read_on(client, after=None, first=100):
    """What a program that stores cursors reads, and the cursor that it stores. Transactions of other tests repeat some."""
    found = []
    while True:
        read = await page(client, after, first)
        after = read["pageInfo"]["endCursor"]
        found += read["nodes"]
        if not read["pageInfo"]["hasNextPage"]:
            return found, after


async def news(client, after=None, first=100):
    nodes, after = await read_on(client, after, first)
    return [(node["customerId"], node["change"]) for node in nodes], after


def told(nodes):
    """Changes, each with its time, so that a later one is told from the one before."""
    return {(node["customerId"], dt.datetime.fromisoformat(node["changedAt"])) for node in nodes}


async def stored(connection, *rows):
    found = await connection.fetch(
        "SELECT customer_id, changed_at FROM customer_change WHERE customer_id = ANY($1)", [row.id for row in rows]
    )
    return {(encode_id("cus", row.customer_id), row.changed_at) for row in found}


def changed(*rows):
    return [(customer_id(row), "CHANGED") for row in rows]


async def edit(client, row, **input):
    answer = await client.data(EDIT, input={"id": customer_id(row), **input})
    assert answer == {"customerQuickEdit": {"userErrors": []}}


async def test_who_is_new_and_who_changed(admin_client, connection):
    first, second = await make_customer(connection), await make_customer(connection, external_id="E-2")
    read = await page(admin_client)
    assert [node | {"changedAt": None} for node in read["nodes"]] == [
        {
            "customerId": customer_id(row),
            "number": row.number,
            "externalId": row.external_id,
            "change": "CHANGED",
            "changedAt": None,
            "customer": {"number": row.number, "email": row.email},
        }
        for row in (first, second)
    ]
    bounds = read["pageInfo"]
    assert (bounds["hasNextPage"], bounds["hasPreviousPage"]) == (False, False)
    assert bounds["startCursor"]
    await edit(admin_client, first, taxVatNumber="GB1")
    assert (await news(admin_client, bounds["endCursor"]))[0][-1:] == changed(first)


async def test_an_empty_page_has_an_end(admin_client, connection):
    empty = (await page(admin_client))["pageInfo"]
    assert (empty["startCursor"], empty["hasNextPage"]) == (None, False)
    row = await make_customer(connection)
    found, end = await news(admin_client, empty["endCursor"])
    assert found[-1:] == changed(row)
    again = await page(admin_client, end)
    assert again["pageInfo"]["endCursor"]
    assert again["pageInfo"]["hasPreviousPage"] is True


async def test_every_page_goes_on_where_the_last_one_ended(admin_client, connection):
    rows = [await make_customer(connection) for _ in range(5)]
    found, _ = await news(admin_client, first=2)
    assert found[:5] == changed(*rows)


async def test_a_change_of_an_older_transaction_is_not_skipped(admin_client, database, connection):
    """It began first and commits last; meanwhile the list goes on, and afterwards it is in it."""
    slow, quick = await make_customer(connection), await make_customer(connection)
    _, end = await read_on(admin_client)
    async with database.transaction() as older:
        locked = await lock_customers(older, [slow.id], websites=None)
        await update_customer(older, locked[slow.id], {"tax_vat_number": "GB1"})
        await edit(admin_client, quick, taxVatNumber="GB2")
        for first in (1, 100):
            nodes, passed = await read_on(admin_client, end, first)
            assert await stored(connection, quick) <= told(nodes)
        # Read again and again, it is repeated and loses nothing.
        nodes, passed = await read_on(admin_client, passed)
        assert await stored(connection, quick) <= told(nodes)
    nodes, settled = await read_on(admin_client, passed)
    assert await stored(connection, slow) <= told(nodes)
    await edit(admin_client, slow, taxVatNumber="GB3")
    assert await stored(connection, slow) <= told((await read_on(admin_client, settled))[0])


async def test_an_older_transaction_that_takes_over_a_newer_row_is_not_skipped(admin_client, database, connection):
    """The row of a change goes back to an older transaction: a reader who saw the newer one reads it again."""
    row, other = await make_customer(connection), await make_customer(connection)
    _, end = await read_on(admin_client)
    async with database.transaction() as older:
        locked = await lock_customers(older, [other.id], websites=None)
        await update_customer(older, locked[other.id], {"tax_vat_number": "GB1"})
        await edit(admin_client, row, taxVatNumber="GB2")
        nodes, passed = await read_on(admin_client, end)
        assert await stored(connection, row) <= told(nodes)
        locked = await lock_customers(older, [row.id], websites=None)
        await update_customer(older, locked[row.id], {"tax_vat_number": "GB3"})
    assert await stored(connection, row, other) <= told((await read_on(admin_client, passed))[0])


async def test_many_writers_and_a_reader_who_polls(admin_client, database, connection):
    rows = [await make_customer(connection) for _ in range(12)]
    _, end = await read_on(admin_client)

    async def write(mine):
        async with database.transaction() as older:
            for row in mine:
                locked = await lock_customers(older, [row.id], websites=None)
                await update_customer(older, locked[row.id], {"tax_vat_number": "GB1"})
                await asyncio.sleep(0)

    writing = [asyncio.create_task(write(rows[start::3])) for start in range(3)]
    seen = set()
    while not all(task.done() for task in writing):
        nodes, end = await read_on(admin_client, end, first=3)
        seen |= told(nodes)
    await asyncio.gather(*writing)
    seen |= told((await read_on(admin_client, end))[0])
    assert await stored(connection, *rows) <= seen


async def test_a_deleted_customer_is_removed(admin_client, connection):
    row = await make_customer(connection, external_id="E-1")
    _, end = await news(admin_client)
    await admin_client.data(ACT, input={"action": "DELETE", "selection": {"ids": [customer_id(row)]}})
    node = (await page(admin_client, end))["nodes"][-1]
    assert node | {"changedAt": None} == {
        "customerId": customer_id(row),
        "number": row.number,
        "externalId": "E-1",
        "change": "REMOVED",
        "changedAt": None,
        "customer": None,
    }


async def test_who_was_never_in_the_list_is_removed_from_copies_too(admin_client, connection):
    row = await make_customer(connection)
    await connection.execute("DELETE FROM customer_change")
    await admin_client.data(ACT, input={"action": "DELETE", "selection": {"ids": [customer_id(row)]}})
    assert (await news(admin_client))[0] == [(customer_id(row), "REMOVED")]


async def test_who_moved_is_removed_for_the_old_website_and_new_on_the_other(admin_client, http, connection):
    row, elsewhere = await make_customer(connection), await make_website(connection)
    old, new = [await staff_client(http, connection, ["customers.read"], [site]) for site in (1, elsewhere)]
    _, end = await news(old)
    assert await news(new) == ([], (await page(new))["pageInfo"]["endCursor"])
    await edit(admin_client, row, websiteId=encode_id("web", elsewhere))
    assert (await news(old, end))[0][-1:] == [(customer_id(row), "REMOVED")]
    assert (await page(old, end))["nodes"][-1]["customer"] is None
    assert (await news(new))[0] == changed(row)
    # Who reaches both has not lost the customer.
    assert set((await news(admin_client))[0]) == set(changed(row))
    _, end = await news(old)
    await edit(admin_client, row, taxVatNumber="GB1")
    assert (customer_id(row), "REMOVED") not in (await news(new))[0]
    await edit(admin_client, row, websiteId=encode_id("web", 1))
    assert (await news(old, end))[0][-1:] == changed(row)


async def test_whoever_writes_a_customer_or_an_address_is_in_it(
    admin_client, storefront, as_customer, connection, database, tmp_path
):
    _, end = await news(admin_client)
    await storefront.data(SIGN_UP, input=person("new@example.com"))
    [row] = await connection.fetch("SELECT * FROM customer")
    found, end = await news(admin_client, end)
    assert found == changed(row)
    me = await as_customer(row.id)
    work = [
        me.data(ADDRESS, input=PLACE),
        admin_client.data(ACT, input={"action": "ASSIGN_GROUP", "groupId": encode_id("grp", 2),
                                      "selection": {"ids": [customer_id(row)]}}),
    ]  # fmt: skip
    for change in work:
        await change
        found, end = await news(admin_client, end)
        assert found[-1:] == changed(row)
    async with database.writes.acquire() as importing:
        shop = Shop(importing, tmp_path)
        await shop.load(sheet(ANN), sheet(HOME))
        [ann] = await connection.fetch("SELECT * FROM customer WHERE email = $1", ANN["email"])
        found, end = await news(admin_client, end)
        assert found[-1:] == changed(ann)
        await shop.load(addresses=sheet(HOME | {"city": "Leeds"}))
        found, end = await news(admin_client, end)
        assert found[-1:] == changed(ann)
        # A file that changes nothing tells nobody.
        await shop.load(sheet(ANN), sheet(HOME | {"city": "Leeds"}))
    before = await connection.fetch("SELECT * FROM customer_change")
    await me.data("mutation { newsletterUnsubscribe { userErrors { code } } }")
    assert await connection.fetch("SELECT * FROM customer_change") == before


async def test_an_edit_that_is_taken_back_tells_nobody(admin_client, connection):
    row = await make_customer(connection)
    before = await connection.fetch("SELECT * FROM customer_change")
    document = EDIT.replace("input: $input", "input: $input, dryRun: true")
    await admin_client.data(document, input={"id": customer_id(row), "taxVatNumber": "GB1"})
    assert await connection.fetch("SELECT * FROM customer_change") == before


async def test_customers_from_before_the_list_are_added_and_nothing_else_is_written(connection):
    rows = [await make_customer(connection) for _ in range(3)]
    await connection.execute("DELETE FROM customer_change WHERE customer_id = $1", rows[0].id)
    await connection.execute("UPDATE customer SET external_id = 'E-2' WHERE id = $1", rows[1].id)
    kept = await connection.fetchrow("SELECT * FROM customer_change WHERE customer_id = $1", rows[2].id)
    assert (await compare_all(connection, CUSTOMER_CHANGES, lambda *_: None)).rows == 2
    assert (await recompute_all(connection, CUSTOMER_CHANGES, lambda *_: None)).rows == 2
    assert (await compare_all(connection, CUSTOMER_CHANGES, lambda *_: None)).rows == 0
    assert await connection.fetchrow("SELECT * FROM customer_change WHERE customer_id = $1", rows[2].id) == kept


async def test_a_deletion_that_nobody_was_told_of_is_found(admin_client, connection):
    row = await make_customer(connection)
    _, end = await news(admin_client, None)
    await connection.execute(
        "INSERT INTO deleted_customer (customer_id, number, website_id, actor) SELECT id, number, website_id, 'SYSTEM'"
        " FROM customer WHERE id = $1",
        row.id,
    )
    await connection.execute("DELETE FROM customer_change WHERE customer_id = $1", row.id)
    await connection.execute("DELETE FROM customer WHERE id = $1", row.id)
    wrong = await compare_all(connection, CUSTOMER_CHANGES, lambda *_: None)
    assert (wrong.rows, wrong.differing) == (1, (row.id,))
    assert (await recompute_all(connection, CUSTOMER_CHANGES, lambda *_: None)).rows == 1
    assert (await compare_all(connection, CUSTOMER_CHANGES, lambda *_: None)).rows == 0
    found, _ = await news(admin_client, end)
    assert found[-1] == (customer_id(row), "REMOVED")


async def test_the_number_of_statements_is_the_same_for_1_and_50(admin_client, connection, statements):
    for _ in range(50):
        await make_customer(connection)
    await page(admin_client)
    ran = {}
    for first in (1, 50):
        await statements.clear()
        assert len((await page(admin_client, first=first))["nodes"]) == first
        ran[first] = await statements.count(), await statements.count("customer_change")
    assert ran[1] == ran[50]
    assert ran[1][1] == 1


@pytest.mark.parametrize(
    "given",
    [
        {"after": "x"},
        {"after": ""},
        {"after": "WyJjdXN0b21lciIsIk5VTUJFUjpERVNDIiwxLDFd"},
        {"first": 0},
        {"first": 101},
    ],
    ids=str,
)
async def test_what_is_no_page(given, admin_client):
    answer = await admin_client.answer(CHANGES, **given)
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_USER_INPUT"]


async def test_staff_without_customers_read_and_customers_see_nothing(http, connection, as_customer):
    row = await make_customer(connection)
    clerk = await staff_client(http, connection, ["configuration.manage"])
    answer = await clerk.answer(CHANGES)
    assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "customers.read"}
    shopper = await as_customer(row.id)
    shopper.path = "/admin/graphql"
    assert (await shopper.post(CHANGES)).status_code == 401
