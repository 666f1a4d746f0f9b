"""The feed: whoever keeps a cursor misses nothing that was committed, however long its transaction was open."""

import asyncio
import datetime as dt

import pytest

from customer_gql.administration.event_feed.feed import decode_event_cursor, encode_event_cursor
from customer_gql.core.actor import SYSTEM
from customer_gql.core.ids import encode_id
from customer_gql.customers.profile.writes import lock_customers
from customer_gql.database.pools import open_database
from customer_gql.loading.pages import encode_cursor
from customer_gql.messaging.events import numbering, reads
from customer_gql.messaging.events.cleanup import delete_old_events
from customer_gql.messaging.events.event_types import EVENT_TYPES
from customer_gql.messaging.events.numbering import number_all_events, number_batch, number_events
from customer_gql.messaging.events.reads import find_last_position, is_event_within, read_events_after
from customer_gql.messaging.events.writes import Event, emit
from customer_gql.messaging.jobs.work import Tools
from customer_gql.schema.projections import PROJECTIONS
from support.clients import served
from support.customers import customer_id, make_customer
from support.isolation import ask_for_every_field
from support.jobs import run_all, start
from support.races import StoppableConnection, until_blocking
from support.staff import make_website, staff_client

EVENTS = """query E($first: Int, $after: String, $types: [EventType!]) { events(first: $first, after: $after, types: $types) {
  nodes { id cursor type occurredAt subjectId data customer { id } job { id } } totalCount
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
EDIT = """mutation Q($input: CustomerQuickEditInput!) { customerQuickEdit(input: $input) { userErrors { code } } }"""


@pytest.fixture
async def database(empty_database_url, statements):
    """Of this test alone, so that the feed has its events alone."""
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


@pytest.fixture
def tools(database, settings):
    return Tools(database, settings)


@pytest.fixture
def number(tools):
    """What a worker does again and again."""

    async def number_everything():
        while await number_events(tools):
            pass

    return number_everything


async def page(client, after=None, **more):
    return (await client.data(EVENTS, after=after, **more))["events"]


async def read_on(client, after=None, **more):
    """What a program that stores cursors reads, as type and subject, and the cursor that it stores."""
    found = []
    while True:
        read = await page(client, after, **more)
        after = read["pageInfo"]["endCursor"]
        found += [(node["type"], node["subjectId"]) for node in read["nodes"]]
        if not read["pageInfo"]["hasNextPage"]:
            return found, after


async def edit(client, row, **input):
    answer = await client.data(EDIT, input={"id": customer_id(row), **input})
    assert answer == {"customerQuickEdit": {"userErrors": []}}


def updated(*rows):
    return [("CUSTOMER_UPDATED", customer_id(row)) for row in rows]


async def tell(connection, row, name="customer.updated", **more):
    await emit(connection, [Event(name, customer_id(row), (), row.id, **more)], by=SYSTEM)


async def test_an_event_in_full(admin_client, connection, number):
    row = await make_customer(connection)
    await edit(admin_client, row, taxVatNumber="GB1")
    await number()
    read = await page(admin_client)
    [node] = read["nodes"]
    staff = await connection.fetchval("SELECT actor_id FROM domain_event")
    id, occurred_at = await connection.fetchrow("SELECT id, occurred_at FROM domain_event")
    assert dt.datetime.fromisoformat(node.pop("occurredAt")) == occurred_at
    assert node == {
        "id": encode_id("dev", id),
        "cursor": encode_event_cursor(1),
        "type": "CUSTOMER_UPDATED",
        "subjectId": customer_id(row),
        "data": {
            "actor": "STAFF",
            "actorId": encode_id("stf", staff),
            "websiteId": encode_id("web", row.website_id),
            "version": row.version + 1,
            "changedFields": ["taxVatNumber"],
        },
        "customer": {"id": customer_id(row)},
        "job": None,
    }
    assert read["totalCount"] == 1
    assert read["pageInfo"] == {
        "hasNextPage": False,
        "hasPreviousPage": False,
        "startCursor": node["cursor"],
        "endCursor": node["cursor"],
    }


async def test_pages_follow_each_other_and_an_empty_one_has_an_end(admin_client, connection, number):
    rows = [await make_customer(connection) for _ in range(5)]
    empty, end = await read_on(admin_client)
    assert (empty, decode_event_cursor(end)) == ([], 0)
    for row in rows:
        await tell(connection, row)
    assert await read_on(admin_client, end) == ([], end)
    await number()
    found, end = await read_on(admin_client, end, first=2)
    assert found == updated(*rows)
    assert await read_on(admin_client, end) == ([], end)
    assert (await page(admin_client, first=3))["pageInfo"]["hasNextPage"] is True


async def test_an_event_of_an_older_transaction_is_not_skipped(admin_client, database, connection, number):
    """It is written first and committed last; meanwhile the feed goes on, and afterwards the event is in it."""
    slow, quick = await make_customer(connection), await make_customer(connection)
    _, end = await read_on(admin_client)
    async with database.transaction() as older:
        await tell(older, slow)
        await tell(connection, quick)
        await number()
        found, passed = await read_on(admin_client, end)
        assert found == updated(quick)
        await number()
        assert await read_on(admin_client, passed) == ([], passed)
    assert await read_on(admin_client, passed) == ([], passed)
    await number()
    assert (await read_on(admin_client, passed))[0] == updated(slow)
    assert (await read_on(admin_client, end))[0] == updated(quick, slow)


async def test_many_writers_numberers_and_a_reader_who_polls(admin_client, database, connection, tools):
    """Whatever happens at one time, the reader gets everything once, and the events of a customer as they were committed."""
    rows = [await make_customer(connection) for _ in range(6)]
    _, end = await read_on(admin_client)
    committed = {row.id: [] for row in rows}

    async def write(number):
        for turn in range(4):
            mine = [rows[(number + turn) % 6], rows[(number + turn + 3) % 6]]
            async with database.transaction() as transaction:
                await lock_customers(transaction, [row.id for row in mine], websites=None)
                for row in mine:
                    version = len(committed[row.id]) + 1
                    committed[row.id].append(version)
                    await tell(transaction, row, version=version)

    seen = {row.id: [] for row in rows}
    by_id = {customer_id(row): row.id for row in rows}

    async def read():
        nonlocal end
        done = False
        while not done:
            await asyncio.gather(number_events(tools), number_events(tools))
            done = writing.done()
            read = await page(admin_client, end, first=3)
            end = read["pageInfo"]["endCursor"]
            for node in read["nodes"]:
                seen[by_id[node["subjectId"]]].append(node["data"]["version"])
            done = done and not read["pageInfo"]["hasNextPage"]

    writing = asyncio.ensure_future(asyncio.gather(*[write(number) for number in range(3)]))
    await read()
    while await number_events(tools):
        pass
    rest = await page(admin_client, end)
    for node in rest["nodes"]:
        seen[by_id[node["subjectId"]]].append(node["data"]["version"])
    assert seen == committed
    assert sum(map(len, seen.values())) == 24


async def number_for_sure(database):
    async with database.transaction() as connection:
        return await number_all_events(connection)


async def test_one_step_numbers_at_a_time(database, connection, tools):
    """A worker that finds another one at it leaves it to that, and one that has to be sure waits."""
    row = await make_customer(connection)
    await tell(connection, row)
    async with database.transaction() as first:
        assert await number_all_events(first) == 1
        await tell(connection, row)
        assert await number_batch(database) == 0
        waiting = asyncio.create_task(number_for_sure(database))
        await until_blocking(first, task=waiting)
    assert await waiting == 2
    assert [row.position for row in await connection.fetch("SELECT position FROM domain_event ORDER BY id")] == [1, 2]


async def test_batches_follow_each_other(database, connection):
    row = await make_customer(connection)
    for _ in range(5):
        await tell(connection, row)
    assert [await number_batch(database, most=2) for _ in range(4)] == [2, 2, 1, 0]
    stored = await connection.fetch("SELECT position FROM domain_event ORDER BY written")
    assert [row.position for row in stored] == [1, 2, 3, 4, 5]


async def test_events_from_before_the_feed_come_first(database, connection, number):
    row = await make_customer(connection)
    await tell(connection, row)
    await connection.execute(
        "INSERT INTO domain_event (id, type, subject, actor, written) VALUES (2, 'customer.updated', 'b', 'SYSTEM', 0),"
        " (1, 'customer.updated', 'a', 'SYSTEM', 0)"
    )
    await number()
    told = await connection.fetch("SELECT subject FROM domain_event ORDER BY position")
    assert [row.subject for row in told] == ["a", "b", customer_id(row)]


async def test_types_narrow_the_feed(admin_client, connection, number):
    row = await make_customer(connection)
    for name in ("customer.updated", "customer.locked", "customer.unlocked", "customer.updated"):
        await tell(connection, row, name)
    await number()
    found, end = await read_on(admin_client, types=["CUSTOMER_LOCKED", "CUSTOMER_UNLOCKED"], first=1)
    assert found == [("CUSTOMER_LOCKED", customer_id(row)), ("CUSTOMER_UNLOCKED", customer_id(row))]
    assert decode_event_cursor(end) == 4  # beyond what was passed over
    assert (await page(admin_client, types=["CUSTOMER_LOCKED"]))["totalCount"] == 1
    assert await read_on(admin_client, types=[]) == ([], end)


async def test_a_rare_type_is_found_behind_many_others(admin_client, connection, number):
    """A read looks at so many positions; its page is empty then, and there is more."""
    row = await make_customer(connection)
    await connection.execute(
        "INSERT INTO domain_event (id, type, subject, actor, website_id)"
        " SELECT i, 'customer.signed_in', 'cus', 'SYSTEM', 1 FROM generate_series(1, $1::int) AS i",
        reads.SCANNED,
    )
    await tell(connection, row, "customer.locked")
    await number()
    first = await page(admin_client, types=["CUSTOMER_LOCKED"])
    assert (first["nodes"], first["pageInfo"]["hasNextPage"]) == ([], True)
    assert (await read_on(admin_client, types=["CUSTOMER_LOCKED"]))[0] == [("CUSTOMER_LOCKED", customer_id(row))]
    assert numbering.BATCH < reads.SCANNED


async def test_an_unknown_type_of_another_version_is_left_out(admin_client, connection, number):
    row = await make_customer(connection)
    await connection.execute(
        "INSERT INTO domain_event (id, type, subject, actor) VALUES (1, 'customer.x', 'cus', 'SYSTEM')"
    )
    await tell(connection, row)
    await number()
    assert (await read_on(admin_client))[0] == updated(row)


async def test_staff_read_events_of_their_websites(http, admin_client, connection, number):
    other = await make_website(connection)
    mine, theirs = await make_customer(connection), await make_customer(connection, website_id=other)
    for row in (mine, theirs):
        await tell(connection, row)
    job = Event("job.finished", "job_1")
    for websites in ([1], [1, other], None):
        await emit(connection, [Event("job.finished", f"job_{websites}", website_ids=websites)], by=SYSTEM)
    await number()
    client = await staff_client(http, connection, ["events.read", "customers.read"], [1])
    found, end = await read_on(client)
    assert found == [*updated(mine), ("JOB_FINISHED", "job_[1]")]
    assert decode_event_cursor(end) == 5
    assert (await page(client))["totalCount"] == 2
    assert len((await read_on(admin_client))[0]) == 5
    # The rule of the statement, for those who read for many.
    for websites in (frozenset({1}), frozenset({other}), frozenset({1, other}), frozenset(), None):
        batch = await read_events_after(connection, None, most=100)
        narrowed = await read_events_after(connection, None, most=100, websites=websites)
        assert [event for event in batch.events if is_event_within(event, websites)] == list(narrowed.events)
    assert job.website_ids is None


async def test_a_customer_who_moved_away_is_not_shown(http, connection, number):
    other = await make_website(connection)
    row = await make_customer(connection)
    await tell(connection, row)
    await number()
    client = await staff_client(http, connection, ["events.read", "customers.read"], [1])
    assert (await page(client))["nodes"][0]["customer"] == {"id": customer_id(row)}
    await connection.execute("UPDATE customer SET website_id = $1 WHERE id = $2", other, row.id)
    [node] = (await page(client))["nodes"]
    assert (node["customer"], node["subjectId"]) == (None, customer_id(row))


async def test_a_cursor_expires_when_events_after_it_are_deleted(admin_client, database, connection, tools, number):
    row = await make_customer(connection)
    for _ in range(3):
        await tell(connection, row)
    await number()
    cursors = [node["cursor"] for node in (await page(admin_client))["nodes"]]
    await connection.execute("UPDATE domain_event SET occurred_at = now() - interval '31 days' WHERE position <= 2")
    await delete_old_events(tools)
    assert await connection.fetchval("SELECT count(*) FROM domain_event") == 1
    refused = await admin_client.answer(EVENTS, after=cursors[0])
    assert refused["data"] == {"events": None}
    assert refused["errors"][0]["extensions"] == {
        "code": "BAD_USER_INPUT",
        "key": "events.cursor_expired",
        "argument": ["after"],
    }
    assert (await read_on(admin_client, cursors[1]))[0] == updated(row)
    assert (await read_on(admin_client))[0] == updated(row)
    batch = await read_events_after(connection, 1, most=10)
    assert (batch.is_expired, batch.last_position) == (True, 3)


async def test_a_quiet_shop_expires_no_cursor(admin_client, connection, tools, number):
    """Nothing after it was deleted, however old it is."""
    row = await make_customer(connection)
    await tell(connection, row)
    await number()
    _, end = await read_on(admin_client)
    await connection.execute("UPDATE domain_event SET occurred_at = now() - interval '90 days'")
    await delete_old_events(tools)
    assert await read_on(admin_client, end) == ([], end)
    await tell(connection, row)
    await number()
    assert (await read_on(admin_client, end))[0] == updated(row)


async def test_what_was_never_numbered_is_numbered_before_it_is_deleted(connection, tools, number):
    """A worker that stood still for long deletes nothing unseen."""
    row = await make_customer(connection)
    await tell(connection, row)
    await connection.execute("UPDATE domain_event SET occurred_at = now() - interval '31 days'")
    await delete_old_events(tools)
    assert await connection.fetchval("SELECT count(*) FROM domain_event") == 0
    assert await find_last_position(connection) == 1
    assert (await read_events_after(connection, 0, most=1)).is_expired


@pytest.mark.parametrize(
    ("cursor", "key"),
    [
        (encode_event_cursor(1), "events.cursor_of_other_database"),
        ("nonsense", None),
        (encode_event_cursor(-5), "events.cursor_expired"),
        (encode_cursor("domain_event", "FEED", [1 << 63]), None),
    ],
)
async def test_cursors_that_are_none_of_this_feed(cursor, key, admin_client):
    refused = await admin_client.answer(EVENTS, after=cursor)
    extensions = refused["errors"][0]["extensions"]
    assert (extensions["code"], extensions.get("key")) == ("BAD_USER_INPUT", key)
    assert refused["data"] == {"events": None}


async def test_a_job_is_told_of_when_it_ends(admin_client, connection, tools, number):
    row = await make_customer(connection)
    job = await start(admin_client, "DEACTIVATE", [row])
    await run_all(tools)
    await number()
    nodes = (await page(admin_client))["nodes"]
    assert [(node["type"], node["subjectId"], node["job"]) for node in nodes] == [
        ("CUSTOMER_DEACTIVATED", customer_id(row), {"id": job}),
        ("JOB_FINISHED", job, {"id": job}),
    ]
    assert nodes[0]["data"]["jobId"] == nodes[1]["data"]["jobId"] == job


async def test_reading_takes_the_same_statements_for_1_and_for_50_events(admin_client, connection, number, statements):
    rows = [await make_customer(connection) for _ in range(50)]
    for row in rows:
        await tell(connection, row)
    await number()
    counts = {}
    for size in (1, 50):
        await statements.clear()
        assert len((await page(admin_client, first=size))["nodes"]) == size
        counts[size] = await statements.count()
    assert counts[1] == counts[50], statements.texts


async def test_every_type_is_listed_with_its_names(admin_client):
    listed = (await admin_client.data("{ eventTypes { type name alias description } }"))["eventTypes"]
    assert [one["name"] for one in listed] == list(EVENT_TYPES)
    assert all(one["type"] == one["name"].upper().replace(".", "_") and one["description"] for one in listed)
    assert {one["name"]: one["alias"] for one in listed if one["alias"]} == {
        "customer.created": "accountCreated",
        "customer.updated": "accountUpdated",
        "customer.deleted": "accountDeleted",
        "customer.signed_in": "signIn",
        "customer.signed_out": "signOut",
    }
    wanted = [
        "created",
        "updated",
        "deleted",
        "signed_in",
        "signed_out",
        "email_changed",
        "confirmed",
        "activated",
        "deactivated",
        "locked",
        "unlocked",
        "password_changed",
        "sessions_ended",
        "group_changed",
        "website_changed",
        "tags_changed",
        "assistance_changed",
        "subscribed",
        "unsubscribed",
        "address_changed",
        "store_credit_changed",
        "reward_points_changed",
        "impersonated",
    ]
    assert {"job.finished", *[f"customer.{name}" for name in wanted]} <= set(EVENT_TYPES)


async def test_the_feed_needs_its_permission(http, connection):
    client = await staff_client(http, connection, ["customers.read"])
    for document, root in ((EVENTS, "events"), ("{ eventTypes { name } }", "eventTypes")):
        refused = await client.answer(document)
        assert refused["data"] == {root: None}
        assert refused["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "events.read"}
