"""Groups of imported customers follow the rules of every edit (docs/domain/import.md#import-12)."""

from typing import Any

import pytest

from customer_gql.administration.customer_import.runs import work as import_work
from customer_gql.customers.accounts.registration.settings import DEFAULT_GROUP
from customer_gql.messaging.jobs.work import Tools
from customer_gql.shop.settings.declaration import STORE_VIEW, WEBSITE
from customer_gql.shop.settings.writes import set_value
from support.adobe_shop import ANN, HOME, Shop, sheet
from support.importing import problems, run_import, upload
from support.jobs import delete_open_jobs

EXCLUDE = "INSERT INTO customer_group_excluded_website (group_id, website_id) VALUES ($1, 1)"
ALLOW = "DELETE FROM customer_group_excluded_website WHERE group_id = $1"
TAG = iter(range(1_000_000))
ADDRESS = {f"_address_{name}": cell for name, cell in HOME.items() if not name.startswith("_")}


@pytest.fixture
async def tools(http: Any, database: Any, settings: Any, connection: Any) -> Tools:
    await delete_open_jobs(connection)
    return Tools(database, settings)


def person(**given: str) -> dict[str, str]:
    return ANN | {"email": f"grouped.{next(TAG)}@shop.example", "group_id": "1", **given}


async def read_group(connection: Any, one: dict[str, str]) -> int | None:
    return await connection.fetchval("SELECT group_id FROM customer WHERE email = $1", one["email"])


async def count_addresses(connection: Any, one: dict[str, str]) -> int:
    found = "SELECT count(*) FROM address a JOIN customer c ON c.id = a.customer_id WHERE c.email = $1"
    return await connection.fetchval(found, one["email"])


async def test_a_group_that_excludes_the_website_is_refused(admin_client: Any, tools: Tools, connection: Any):
    old, member, new = person(), person(group_id="3"), person(group_id="3")
    await run_import(admin_client, tools, await upload(admin_client, sheet(old, member).encode()))
    await connection.execute(EXCLUDE, 3)
    try:
        # Who is in it stays in it, and the other values are stored.
        rows = [one | ADDRESS for one in (old | {"group_id": "3"}, member | {"taxvat": "T1"}, new)]
        id = await upload(admin_client, sheet(*rows).encode(), layout="ADOBE_COMPOSITE")
        for is_dry_run in (True, False):
            done = await run_import(admin_client, tools, id, dry_run=is_dry_run)
            assert done == {"read": 3, "updated": 1, "refused": 2}
        assert [(one["line"], one["column"], one["key"]) for one in await problems(admin_client, id)] == [
            (line, "group_id", "customer_group.excluded_from_website") for line in (2, 4)
        ]
        assert [await read_group(connection, one) for one in (old, member, new)] == [1, 3, None]
        assert [await count_addresses(connection, one) for one in (old, member, new)] == [0, 1, 0]
    finally:
        await connection.execute(ALLOW, 3)


async def test_a_default_group_that_excludes_the_website_refuses_new_customers(
    admin_client: Any, tools: Tools, connection: Any
):
    old, new = person(), person(group_id="")
    await run_import(admin_client, tools, await upload(admin_client, sheet(old).encode()))
    await connection.execute(EXCLUDE, 1)
    try:
        id = await upload(admin_client, sheet(old | {"group_id": ""}, new).encode())
        assert await run_import(admin_client, tools, id) == {"read": 2, "unchanged": 1, "refused": 1}
    finally:
        await connection.execute(ALLOW, 1)


async def test_the_command_line_refuses_it_too(shop: Shop):
    await shop.load(sheet(ANN | {"group_id": "1"}))
    await shop.connection.execute(EXCLUDE, 2)
    rows = sheet(ANN | {"group_id": "2"}, ANN | {"email": "bob@shop.example", "group_id": "2"})
    summary = await shop.load(rows)
    assert (summary.customers.refused, summary.customers.created, summary.customers.updated) == (2, 0, 0)
    assert [(line, column) for _, line, column, *_ in shop.refused()] == [("2", "group_id"), ("3", "group_id")]
    assert await shop.rows("SELECT email, group_id FROM customer") == [(ANN["email"], 1)]


async def test_new_customers_get_the_default_group_of_their_store_view(shop: Shop):
    await set_value(shop.connection, DEFAULT_GROUP, 2, scope=WEBSITE, scope_id=1)
    bob = ANN | {"email": "bob@shop.example", "group_id": "1"}
    await shop.load(sheet(ANN, bob))
    stored = "SELECT group_id FROM customer ORDER BY email"
    assert await shop.rows(stored) == [(2,), (1,)]
    await set_value(shop.connection, DEFAULT_GROUP, 3, scope=STORE_VIEW, scope_id=1)
    await shop.load(sheet(ANN, bob | {"group_id": ""}, ANN | {"email": "cid@shop.example"}))
    assert await shop.rows(stored) == [(2,), (1,), (3,)]


async def test_a_group_that_is_deleted_after_the_file_was_read(
    admin_client: Any, tools: Tools, connection: Any, monkeypatch: Any
):
    group = await connection.fetchval(
        "INSERT INTO customer_group (id, name, tax_class_id) SELECT max(id) + 1000, 'Short-lived', 3 FROM customer_group "
        "RETURNING id"
    )
    old, new = person(), person(group_id=str(group))
    await run_import(admin_client, tools, await upload(admin_client, sheet(old).encode()))
    real = import_work.import_rows

    async def delete_first(*given: Any, **more: Any) -> Any:
        await connection.execute("DELETE FROM customer_group WHERE id = $1", group)
        return await real(*given, **more)

    monkeypatch.setattr(import_work, "import_rows", delete_first)
    id = await upload(admin_client, sheet(old | {"group_id": str(group), "taxvat": "T1"}, new).encode())
    assert await run_import(admin_client, tools, id) == {"read": 2, "created": 1, "updated": 1}
    assert [await read_group(connection, one) for one in (old, new)] == [1, 1]


async def test_new_customers_are_welcomed(admin_client: Any, tools: Tools, connection: Any):
    old, new = person(), person()
    await run_import(admin_client, tools, await upload(admin_client, sheet(old).encode()))
    content = sheet(old | {"taxvat": "T1"}, new, new | {"taxvat": "T2"}).encode()
    id = await upload(admin_client, content, options={"sendsWelcomeMail": True})
    queued = """SELECT m.recipient, m.template, m.is_bulk, m.link_hash IS NOT NULL FROM mail_outbox m
        WHERE m.recipient = ANY($1)"""
    emails = [old["email"], new["email"]]
    await run_import(admin_client, tools, id, dry_run=True)
    assert await connection.fetch(queued, emails) == []
    assert (await run_import(admin_client, tools, id))["created"] == 1
    found = [tuple(row) for row in await connection.fetch(queued, emails)]
    assert found == [(new["email"], "welcome_without_password", True, True)]
