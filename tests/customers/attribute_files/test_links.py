"""Who saw a file gets it, for a while and as long as they may (docs/domain/attributes.md#attributes-18), and files that no value
has are deleted (docs/domain/attributes.md#attributes-19)."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select

from customer_gql.core import clock
from customer_gql.core.actor import actor_of
from customer_gql.core.ids import decode_keys
from customer_gql.core.permissions import ALL_PERMISSIONS, Permission
from customer_gql.core.viewer import Viewer, ViewerKind
from customer_gql.customers.accounts.writes import issue_customer_token
from customer_gql.customers.attribute_files.cleanup import delete_files_without_value, delete_unused_uploads
from customer_gql.customers.attributes.uploads import links
from customer_gql.customers.attributes.uploads.tables import attribute_upload
from customer_gql.database.statements import fetch_one
from customer_gql.messaging.jobs.work import Tools
from customer_gql.security.tokens import hash_token
from customer_gql.staff.service_tokens.writes import create_service_token
from customers.attributes.samples import delete_made, make_attribute
from support.clients import Client
from support.customers import customer_id, make_address, make_customer
from support.staff import make_role, make_staff, make_website, session_of, staff_client, staff_id_of

from .test_uploads import EDIT, FILE, ONE, PDF, STAFF_EDIT, call, give, refusals, upload

EDIT_AT = """mutation E($input: MeUpdateInput!) { meUpdate(input: $input) { customer { version }
  userErrors { code key path } } }"""
ADDRESS_EDIT = f"""mutation C($input: AddressUpdateInput!) {{ addressUpdate(input: $input) {{
  address {{ {FILE} }} userErrors {{ key }} }} }}"""
DELETE = "mutation D($input: AttributeDeleteInput!) { attributeDelete(input: $input) { userErrors { key } } }"
OWN = f"{{ me {{ {FILE} }} }}"
ONE_FILE = f"query O($id: ID!) {{ customer(id: $id) {{ {FILE} }} }}"
MANY = f"query M($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Customer {{ {FILE} }} }} }}"
STORED = "SELECT count(*) FROM stored_file WHERE id = $1"
PARTS = "SELECT count(*) FROM stored_file_part WHERE file_id = $1"


@pytest.fixture(autouse=True)
async def few_attributes(connection):
    yield
    await delete_made(connection)


@pytest.fixture
async def boss(http, connection):
    return await staff_client(http, connection)


@pytest.fixture
async def papers(connection):
    return await make_attribute(connection, type="FILE", label="Papers")


@pytest.fixture
async def me(as_customer, connection):
    customer = await make_customer(connection)
    client = await as_customer(customer.id)
    client.row = customer
    return client


@pytest.fixture
def work(database, settings):
    return Tools(database, settings)


async def store(client: Any, row: Any, content: bytes = PDF) -> Any:
    """The file as its owner sees it."""
    answer = await call(client, EDIT, **give(row, await upload(client, row, content)))
    assert answer["userErrors"] == []
    return next(one["file"] for one in answer["customer"]["attributes"] if one["code"] == row.code)


async def find(connection: Any, file: Any) -> Any:
    id, _ = decode_keys(file["id"], "afl", 2)
    return await fetch_one(connection, select(attribute_upload).where(attribute_upload.c.id == id))


async def status(client: Any, url: str) -> int:
    headers = {"Authorization": f"Bearer {client.token}"} if client.token else {}
    return (await client.http.get(url, headers=headers)).status_code


def as_staff(http: Any, token: str) -> Client:
    return Client(http, "/admin/graphql", token)


async def test_a_link_is_for_the_one_who_saw_the_file(me, papers, boss, as_customer, connection, storefront):
    url = (await store(me, papers))["url"]
    other = await as_customer((await make_customer(connection)).id)
    assert [await status(one, url) for one in (me, storefront, other)] == [200, 200, 404]
    [shown] = (await boss.data(ONE, id=customer_id(me.row)))["customer"]["attributes"]
    of_staff = shown["file"]["url"]
    colleague = await staff_client(boss.http, connection)
    assert [await status(one, of_staff) for one in (boss, storefront, colleague)] == [200, 200, 404]
    swapped = of_staff.replace("/admin/files/values/", "/files/values/")
    assert await status(me, swapped) == 404


async def test_a_link_that_was_changed_leads_nowhere(me, papers, connection, storefront):
    file = await store(me, papers)
    row, url = await find(connection, file), file["url"]
    told = url.rpartition("/")[2]
    for wrong in (told[:-2] + ("AA" if told[-2:] != "AA" else "BB"), told + "A", told[4:], "x", "é", "A" * len(told)):
        assert await status(storefront, f"/files/values/{wrong}") == 404
    session = await _session(connection, me)
    assert await status(storefront, link_of(row, row.link_key, me.row.id, session)) == 200
    assert await status(storefront, link_of(row, b"another key", me.row.id, session)) == 404
    stranger = await make_customer(connection)
    await issue_customer_token(connection, stranger.id)
    its = await connection.fetchval("SELECT session_id FROM customer_token WHERE customer_id = $1", stranger.id)
    assert await status(storefront, link_of(row, row.link_key, stranger.id, its)) == 404
    assert await status(storefront, link_of(row, row.link_key, me.row.id, its)) == 404


def link_of(row: Any, key: bytes, customer_id: int, session_id: int) -> Any:
    viewer = links.Viewer(links.ViewerKind.CUSTOMER, customer_id=customer_id, session_id=session_id)
    return links.make_link(row.id, key, viewer)


async def _session(connection: Any, client: Any) -> int:
    statement = "SELECT session_id FROM customer_token WHERE token_hash = $1"
    return await connection.fetchval(statement, hash_token(client.token))


async def test_a_link_ends_with_the_sign_in(me, papers, boss, connection, storefront):
    await store(me, papers)
    elsewhere = Client(me.http, "/graphql", await issue_customer_token(connection, me.row.id))
    [own, other] = [(await one.data(OWN))["me"]["attributes"][0]["file"]["url"] for one in (me, elsewhere)]
    document = "mutation O($input: SignOutInput!) { signOut(input: $input) { endedSessionCount } }"
    assert (await call(me, document))["endedSessionCount"] == 1
    assert [await status(storefront, url) for url in (own, other)] == [404, 200]
    await connection.execute("UPDATE customer_token SET idle_until = now() WHERE customer_id = $1", me.row.id)
    assert await status(storefront, other) == 404
    [shown] = (await boss.data(ONE, id=customer_id(me.row)))["customer"]["attributes"]
    assert await status(storefront, shown["file"]["url"]) == 200
    leave = "mutation O($input: StaffSignOutInput!) { staffSignOut(input: $input) { endedSessionCount } }"
    assert (await call(boss, leave))["endedSessionCount"] == 1
    assert await status(storefront, shown["file"]["url"]) == 404


async def test_staff_who_act_as_the_customer_have_its_links_no_longer_than_that(
    me, papers, acting_as, connection, storefront
):
    await store(me, papers)
    await connection.execute("UPDATE customer SET allows_remote_assistance = true WHERE id = $1", me.row.id)
    assisted = await acting_as(me.row)
    url = (await assisted.data(OWN))["me"]["attributes"][0]["file"]["url"]
    assert await status(storefront, url) == 200
    # Not through the graph, which ends the impersonation with it.
    await connection.execute("UPDATE customer SET allows_remote_assistance = false WHERE id = $1", me.row.id)
    assert await status(storefront, url) == 404
    await connection.execute("UPDATE customer SET allows_remote_assistance = true WHERE id = $1", me.row.id)
    assert await status(storefront, url) == 200
    document = "mutation O($input: SignOutInput!) { signOut(input: $input) { endedSessionCount } }"
    assert (await call(assisted, document))["endedSessionCount"] == 1
    assert await status(storefront, url) == 404
    assert (await me.data(OWN))["me"]["attributes"][0]["file"]["url"] is not None


async def test_links_of_a_service_end_with_its_token(me, papers, boss, http, connection, storefront):
    await store(me, papers)
    [staff_id] = decode_keys(await staff_id_of(connection, boss), "stf", 1)
    _, service = await create_service_token(
        connection,
        name=papers.code,
        permissions=[Permission.CUSTOMERS_READ, Permission.CUSTOMERS_PII],
        website_ids=None,
        expires_at=clock.read_clock() + dt.timedelta(hours=1),
        usual_rate=1000,
        by=actor_of(
            Viewer(ViewerKind.STAFF, staff_id=staff_id, permissions=frozenset(ALL_PERMISSIONS), website_ids=None)
        ),
    )
    [shown] = (await as_staff(http, service).data(ONE_FILE, id=customer_id(me.row)))["customer"]["attributes"]
    assert await status(storefront, shown["file"]["url"]) == 200
    await connection.execute("UPDATE service_token SET revoked_at = now() WHERE name = $1", papers.code)
    assert await status(storefront, shown["file"]["url"]) == 404


async def test_a_link_ends(me, papers, monkeypatch, storefront):
    url = (await store(me, papers))["url"]
    now = clock.read_clock()
    monkeypatch.setattr(links, "read_clock", lambda: now + dt.timedelta(minutes=14, seconds=50))
    assert await status(storefront, url) == 200
    monkeypatch.setattr(links, "read_clock", lambda: now + dt.timedelta(minutes=15, seconds=10))
    assert await status(storefront, url) == 404


async def test_staff_get_what_they_may_see_today(me, papers, http, connection, storefront):
    await store(me, papers)
    role = await make_role(connection, permissions=["customers.read", "customers.pii"])
    user = await make_staff(connection, role)
    client = as_staff(http, await session_of(connection, user.id))
    [shown] = (await client.data(f"query O($id: ID!) {{ customer(id: $id) {{ {FILE} }} }}", id=customer_id(me.row)))[
        "customer"
    ]["attributes"]
    url = shown["file"]["url"]
    assert await status(storefront, url) == 200
    await connection.execute("UPDATE staff_role SET permissions = '{customers.read}' WHERE id = $1", role)
    assert await status(storefront, url) == 404
    [masked] = (await client.data(f"query O($id: ID!) {{ customer(id: $id) {{ {FILE} }} }}", id=customer_id(me.row)))[
        "customer"
    ]["attributes"]
    assert masked == {"code": papers.code, "display": None, "text": None, "file": None}
    await connection.execute("UPDATE attribute SET is_personal = false WHERE id = $1", papers.id)
    assert await status(storefront, url) == 200
    website = await make_website(connection)
    await connection.execute("UPDATE customer SET website_id = $2 WHERE id = $1", me.row.id, website)
    await connection.execute("UPDATE staff_role SET website_ids = '{1}' WHERE id = $1", role)
    assert await status(storefront, url) == 404


async def test_a_value_given_back_from_an_older_form_is_no_change(me, papers):
    """Another tab has replaced the file since; this one sends what it was shown."""
    first = await store(me, papers)
    version = (await call(me, EDIT_AT))["customer"]["version"]
    second = await store(me, papers, PDF + b"%2")
    answer = await call(me, EDIT_AT, expectedVersion=version, **give(papers, first["id"]), firstName="Bo")
    assert answer["userErrors"] == []
    [shown] = (await me.data(f"{{ me {{ {FILE} }} }}"))["me"]["attributes"]
    assert shown["file"]["id"] == second["id"]


async def test_a_file_that_was_replaced_or_cleared_is_deleted(me, papers, connection, work):
    first = await find(connection, await store(me, papers))
    second = await find(connection, await store(me, papers, PDF + b"%2"))
    await delete_files_without_value(work)
    assert [await connection.fetchval(STORED, one.file_id) for one in (first, second)] == [0, 1]
    assert [await connection.fetchval(PARTS, one.file_id) for one in (first, second)] == [0, 1]
    await call(me, EDIT, **give(papers, None))
    await delete_files_without_value(work)
    assert await connection.fetchval(STORED, second.file_id) == 0
    assert await connection.fetchval("SELECT count(*) FROM attribute_upload WHERE attribute_id = $1", papers.id) == 0


async def test_files_go_with_their_attribute_address_and_customer(me, boss, connection, work):
    rows = [await make_attribute(connection, type="FILE") for _ in range(2)]
    plan = await make_attribute(connection, entity="ADDRESS", type="FILE")
    kept = await find(connection, await store(me, rows[0]))
    with_attribute = await find(connection, await store(me, rows[1]))
    home = await make_address(connection, me.row)
    file = await upload(me, plan, entity="ADDRESS")
    id = f"adr_{me.row.id:016x}{home.id:016x}"
    [shown] = (await call(me, ADDRESS_EDIT, id=id, **give(plan, file)))["address"]["attributes"]
    with_address = await find(connection, shown["file"])
    await delete_files_without_value(work)
    stored = [kept, with_attribute, with_address]
    assert [await connection.fetchval(STORED, one.file_id) for one in stored] == [1, 1, 1]
    assert (await call(boss, DELETE, id=f"att_{rows[1].id:016x}"))["userErrors"] == []
    await connection.execute("DELETE FROM address WHERE id = $1", home.id)
    assert (await me.http.get(shown["file"]["url"])).status_code == 404
    await delete_files_without_value(work)
    assert [await connection.fetchval(STORED, one.file_id) for one in stored] == [1, 0, 0]
    await connection.execute("DELETE FROM customer WHERE id = $1", me.row.id)
    await delete_files_without_value(work)
    assert await connection.fetchval(STORED, kept.file_id) == 0


async def test_an_upload_that_becomes_no_value_is_deleted(me, papers, connection, work):
    used, left = await store(me, papers), await upload(me, papers)
    id, _ = decode_keys(left, "afl", 2)
    row: Any = await fetch_one(connection, select(attribute_upload).where(attribute_upload.c.id == id))
    await delete_unused_uploads(work)
    assert await connection.fetchval(STORED, row.file_id) == 1
    of_test = "WHERE attribute_id = $1"
    await connection.execute(f"UPDATE attribute_upload SET expires_at = now() - interval '1 s' {of_test}", papers.id)
    assert [key for _, key, _ in refusals(await call(me, EDIT, **give(papers, left)))] == ["attribute.file_not_found"]
    await connection.execute("UPDATE attribute_upload SET receiving_until = now() + interval '1 min' WHERE id = $1", id)
    await delete_unused_uploads(work)
    assert await connection.fetchval(STORED, row.file_id) == 1
    await connection.execute("UPDATE attribute_upload SET receiving_until = NULL WHERE id = $1", id)
    await delete_unused_uploads(work)
    assert await connection.fetchval(STORED, row.file_id) == 0
    assert await find(connection, used) is not None
    assert await connection.fetchval(f"SELECT count(*) FROM attribute_upload {of_test}", papers.id) == 1


async def test_files_of_many_take_as_many_statements_as_of_one(boss, papers, connection, statements):
    ids = []
    for _ in range(6):
        customer = await make_customer(connection)
        file = await upload(boss, papers)
        answer = await call(boss, STAFF_EDIT, id=customer_id(customer), **give(papers, file))
        assert answer["userErrors"] == []
        ids.append(customer_id(customer))
    counts = []
    for some in (ids[:1], ids):
        await boss.data(MANY, ids=some)
        await statements.clear()
        found = await boss.data(MANY, ids=some)
        assert all(node["attributes"][0]["file"]["url"] for node in found["nodes"])
        counts.append(await statements.count())
    assert counts[0] == counts[1]
