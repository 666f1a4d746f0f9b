"""Who is online, written without any answer waiting for it."""

import asyncio
import uuid

import pytest

from customer_gql.core.viewer import RequestOrigin, Viewer, ViewerKind
from customer_gql.customers.profile import presence
from customer_gql.customers.profile.reads import ONLINE_MINUTES
from customer_gql.database.background import Background
from customer_gql.graph.context import Context
from support.blocking import wait_for_waiting
from support.customers import customer_id, make_address
from support.shopping import PASSWORD, SIGN_IN, SIGN_OUT, SIGN_UP, person

ONLINE = """query O($first: Int, $search: String) { nowOnline(first: $first, search: $search) { totalCount pageInfo { hasNextPage endCursor } nodes {
  kind number firstName lastName email company lastUrl customer { id activity { isOnline } } } } }"""


@pytest.fixture
def online(admin_client):
    async def found(row):
        nodes = (await admin_client.data(ONLINE, first=100, search=row.email))["nowOnline"]["nodes"]
        return next((node for node in nodes if node["email"] == row.email), None)

    return found


async def test_signing_in_and_out(browser, shopper, online, settled, connection):
    row = await shopper()
    await make_address(connection, row, is_default_billing=True, company="Analytical Engines")
    assert await online(row) is None
    device = await browser(referer="https://shop.example/account/sign-in?next=secret#here")
    answer = await device.data(SIGN_IN, input={"email": row.email, "password": PASSWORD})
    await settled()
    assert await online(row) == {
        "kind": "CUSTOMER",
        "number": row.number,
        "firstName": "Ada",
        "lastName": "Byron",
        "email": row.email,
        "company": "Analytical Engines",
        "lastUrl": "/account/sign-in",
        "customer": {"id": customer_id(row), "activity": {"isOnline": True}},
    }
    device.token = answer["signIn"]["accessToken"]
    await device.data("{ me { id } }")
    await device.data(SIGN_OUT, input={})
    await settled()
    assert await online(row) is None


async def test_reading_pages_does_not_count(shopper, signed_in, online, settled, connection):
    row = await shopper()
    device = await signed_in(row)
    await settled()
    await connection.execute(
        "UPDATE customer_activity SET last_activity_at = now() - interval '16 minutes' WHERE customer_id = $1", row.id
    )
    await device.data("{ me { id orders { totalCount } } }")
    await settled()
    assert await online(row) is None


async def test_the_interval_is_configured(shopper, signed_in, online, settled, connection, configured):
    row = await shopper()
    await signed_in(row)
    await settled()
    await connection.execute(
        "UPDATE customer_activity SET last_activity_at = now() - interval '20 minutes' WHERE customer_id = $1", row.id
    )
    assert await online(row) is None
    await configured(ONLINE_MINUTES, 30)
    assert (await online(row))["customer"]["activity"] == {"isOnline": True}


async def test_a_new_account_is_online_and_a_known_address_is_not(browser, shopper, online, settled, connection):
    row, email = await shopper(), f"{uuid.uuid4().hex}@example.com"
    for address in (row.email, email):
        await (await browser()).data(SIGN_UP, input=person(address))
    await settled()
    assert await online(row) is None
    made = await connection.fetchrow("SELECT * FROM customer WHERE email = $1", email)
    assert (await online(made))["kind"] == "CUSTOMER"


async def test_a_visitor_is_listed_and_becomes_the_customer(
    database, settings, browser, shopper, admin_client, settled, connection
):
    token = uuid.uuid4().hex
    context = Context(database, settings, caller=RequestOrigin(visitor=token, page=f"/cart?{token}"))
    presence.record_activity(context)  # as changes of a guest's cart will
    await context.background.close()

    async def visitors():
        nodes = (await admin_client.data(ONLINE, first=100))["nowOnline"]["nodes"]
        return [n for n in nodes if n["kind"] == "VISITOR" and n["lastUrl"] == f"/cart?{token}"]

    empty = dict.fromkeys(["number", "firstName", "lastName", "email", "company", "customer"])
    assert await visitors() == [{"kind": "VISITOR", **empty, "lastUrl": f"/cart?{token}"}]
    hashed = await connection.fetch("SELECT DISTINCT octet_length(token_hash) FROM visitor")
    assert [length for (length,) in hashed] == [32]
    row = await shopper()
    device = await browser(x_visitor=token)
    await device.data(SIGN_IN, input={"email": row.email, "password": PASSWORD})
    await settled()
    assert await visitors() == []


async def test_a_change_of_the_cart_counts_for_the_customer_and_not_for_staff_in_their_place(
    database, settings, shopper, online, connection
):
    row = await shopper()
    as_staff = Viewer(ViewerKind.CUSTOMER, customer_id=row.id, staff_id=1)
    for viewer, seen in ((as_staff, None), (Viewer(ViewerKind.CUSTOMER, customer_id=row.id), "/cart")):
        context = Context(database, settings, viewer, caller=RequestOrigin(page="/cart"))
        presence.record_activity(context)
        await context.background.close()
        found = await online(row)
        assert (found and found["lastUrl"]) == seen


async def test_a_guest_without_a_token_leaves_no_trace(database, settings, connection):
    before = await connection.fetchval("SELECT count(*) FROM visitor")
    context = Context(database, settings, caller=RequestOrigin(page="/cart"))
    presence.record_activity(context)
    await context.background.close()
    assert await connection.fetchval("SELECT count(*) FROM visitor") == before


async def test_presence_that_cannot_be_written_harms_no_request(browser, shopper, settled, connection):
    """The table is locked: the answer comes all the same, and the write once the lock is gone."""
    row = await shopper()
    async with connection.transaction():
        await connection.execute("LOCK TABLE customer_activity IN ACCESS EXCLUSIVE MODE")
        device = await browser()
        answer = await device.data(SIGN_IN, input={"email": row.email, "password": PASSWORD})
        assert answer["signIn"]["userErrors"] == []
        # The write still waits for the lock, or only begins to; had the request waited, its wait would have run out.
        await wait_for_waiting(connection, 1)
    await settled()


async def test_pages_of_who_is_online(shopper, signed_in, settled, admin_client, statements):
    for _ in range(3):
        await signed_in(await shopper())
    await settled()
    document = (
        "query O($f: Int, $a: String) { nowOnline(first: $f, after: $a) { pageInfo { endCursor } nodes { email } } }"
    )
    whole = [node["email"] for node in (await admin_client.data(document, f=100))["nowOnline"]["nodes"]]
    first = (await admin_client.data(document, f=2))["nowOnline"]
    rest = (await admin_client.data(document, f=100, a=first["pageInfo"]["endCursor"]))["nowOnline"]
    assert [node["email"] for node in (*first["nodes"], *rest["nodes"])][:100] == whole
    counts = []
    for size in (1, 100):
        await statements.clear()
        await admin_client.data(ONLINE, first=size)
        counts.append(await statements.count())
    assert counts[0] == counts[1]


async def test_who_may_not_see_it(as_staff, storefront):
    assert (await storefront.answer(ONLINE))["errors"]
    storefront.path = "/admin/graphql"
    assert (await storefront.answer(ONLINE))["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


class Slow:
    """A write that takes its time, and tells."""

    def __init__(self):
        self.done = []
        self.free = asyncio.Event()

    def work(self, name):
        async def run(_connection):
            await self.free.wait()
            if name == "broken":
                raise ValueError(name)
            self.done.append(name)

        return run


async def test_nobody_waits_and_a_normal_end_loses_nothing(database):
    background, slow = Background(), Slow()
    for name in ("first", "broken", "second", "third"):
        background.put(database, name, slow.work(name))
    assert slow.done == []
    slow.free.set()
    await background.close()
    assert slow.done == ["first", "second", "third"]


async def test_the_newest_news_replaces_what_waits_and_the_queue_has_an_end(database):
    background, slow = Background(limit=2), Slow()
    background.put(database, "a", slow.work("old"))
    background.put(database, "a", slow.work("new"))
    background.put(database, "b", slow.work("b"))
    background.put(database, "c", slow.work("c"))
    slow.free.set()
    await background.close()
    assert slow.done == ["new", "b"]


async def test_signing_out_one_of_two_devices_leaves_the_customer_online(shopper, signed_in, online, settled):
    row = await shopper()
    phone, laptop = await signed_in(row), await signed_in(row)
    await phone.data(SIGN_OUT, input={})
    await settled()
    assert await online(row) is not None
    await laptop.data(SIGN_OUT, input={})
    await settled()
    assert await online(row) is None


async def test_a_device_that_was_not_used_for_long_keeps_nobody_online(shopper, signed_in, online, settled, connection):
    row = await shopper()
    phone, _ = await signed_in(row), await signed_in(row)
    await settled()
    await connection.execute(
        "UPDATE customer_session SET last_used_at = now() - interval '1 day' WHERE customer_id = $1", row.id
    )
    await phone.data(SIGN_OUT, input={})
    await settled()
    assert await online(row) is None
