"""Imports where accounts are shared by all websites: rows of several websites may name one customer."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest

from customer_gql.administration.customer_import.runs import batches, finances, removals
from customer_gql.messaging.jobs.runs import runner
from customer_gql.messaging.jobs.runs.settings import BATCH_ROWS
from customer_gql.messaging.jobs.work import Tools
from customer_gql.shop.settings.declaration import GLOBAL
from customer_gql.shop.settings.writes import set_value
from support.adobe_shop import ANN, HOME, sheet
from support.importing import problems, run_import, upload
from support.jobs import delete_open_jobs
from support.staff import make_website, staff_client

NAMES = iter(range(1_000_000))
BOOK = """SELECT array_agg(a.external_id ORDER BY a.external_id), array_agg(a.id ORDER BY a.external_id)
FROM address a JOIN customer c ON c.id = a.customer_id WHERE c.email = $1"""


@pytest.fixture
async def tools(
    http: Any, database: Any, settings: Any, connection: Any, shared: None, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Tools]:
    """Batches of two rows."""
    await delete_open_jobs(connection)
    monkeypatch.setattr(runner, "_BATCH_SECONDS", 1e-9)
    await set_value(connection, BATCH_ROWS, 2, scope=GLOBAL, scope_id=0)
    yield Tools(database, settings)
    await set_value(connection, BATCH_ROWS, 1_000, scope=GLOBAL, scope_id=0)


@pytest.fixture
async def eu(connection: Any) -> str:
    """The code of another website."""
    return await connection.fetchval("SELECT code FROM website WHERE id = $1", await make_website(connection))


async def make_people(client: Any, tools: Tools, count: int) -> list[dict[str, str]]:
    rows = [ANN | {"email": f"shared.{next(NAMES)}@shop.example"} for _ in range(count)]
    await run_import(client, tools, await upload(client, sheet(*rows).encode()))
    return rows


def home_of(one: dict[str, str], key: str, **given: str) -> dict[str, str]:
    return HOME | {"_email": one["email"], "_entity_id": key, "city": f"Town {key}", **given}


async def load_homes(client: Any, tools: Tools, *rows: dict[str, str], behavior: str = "ADD_UPDATE") -> dict[str, int]:
    """Tried, then imported, with the same counts."""
    id = await upload(client, sheet(*rows).encode(), layout="ADOBE_ADDRESSES", behavior=behavior)
    tried = await run_import(client, tools, id, dry_run=True)
    assert await run_import(client, tools, id) == tried
    return tried


async def test_replaced_addresses_of_rows_of_two_websites(admin_client: Any, tools: Tools, connection: Any, eu: str):
    ann, *others = await make_people(admin_client, tools, 5)
    await load_homes(admin_client, tools, home_of(ann, "1"), home_of(ann, "2"), home_of(ann, "3"))
    keys, ids = await connection.fetchrow(BOOK, ann["email"])
    rows = [home_of(ann, "1"), *[home_of(one, "9") for one in others], home_of(ann, "2", _website=eu)]
    counts = await load_homes(admin_client, tools, *rows, behavior="REPLACE")
    assert counts == {"read": 6, "created": 4, "updated": 2}
    assert (keys, tuple(await connection.fetchrow(BOOK, ann["email"]))) == (["1", "2", "3"], (["1", "2"], ids[:2]))


async def test_different_actions_of_rows_of_two_websites(admin_client: Any, tools: Tools, connection: Any, eu: str):
    [ann] = await make_people(admin_client, tools, 1)
    await load_homes(admin_client, tools, home_of(ann, "1"))
    rows = [home_of(ann, "1", _action="delete"), home_of(ann, "2", _website=eu, _action="add_update")]
    id = await upload(admin_client, sheet(*rows).encode(), layout="ADOBE_ADDRESSES", behavior="CUSTOM")
    assert await run_import(admin_client, tools, id) == {"read": 2, "refused": 2}
    assert [one["key"] for one in await problems(admin_client, id)] == ["import.actions_differ"] * 2
    assert (await connection.fetchrow(BOOK, ann["email"]))[0] == ["1"]


async def test_a_new_customer_named_on_two_websites_is_created_once(
    admin_client: Any, tools: Tools, connection: Any, eu: str
):
    ann, *others = [ANN | {"email": f"shared.{next(NAMES)}@shop.example"} for _ in range(4)]
    content = sheet(ann, *others, ann | {"_website": eu, "taxvat": "T1"}).encode()
    id = await upload(admin_client, content)
    tried = await run_import(admin_client, tools, id, dry_run=True)
    assert tried == {"read": 5, "created": 4, "unchanged": 1}
    assert await run_import(admin_client, tools, id) == tried
    stored = "SELECT tax_vat_number FROM customer WHERE email = $1"
    assert await connection.fetch(stored, ann["email"]) == [("T1",)]


async def test_a_customer_who_moves_out_of_reach_before_the_lock_is_refused(
    http: Any, admin_client: Any, tools: Tools, connection: Any, eu: str, monkeypatch: pytest.MonkeyPatch
):
    ann, bob = await make_people(admin_client, tools, 2)
    staff = await staff_client(http, connection, ["customers.import", "customers.pii"], [1])
    changed = [one | {"taxvat": "T1"} for one in (ann, bob)]
    id = await upload(staff, sheet(*changed).encode())
    move = "UPDATE customer SET website_id = (SELECT id FROM website WHERE code = $2) WHERE email = $1"
    lock = batches.lock_imported_customers

    async def lock_late(inner: Any, **given: Any) -> None:
        await connection.execute(move, ann["email"], eu)
        await lock(inner, **given)

    monkeypatch.setattr(batches, "lock_imported_customers", lock_late)
    try:
        assert await run_import(staff, tools, id) == {"read": 2, "updated": 1, "refused": 1}
    finally:
        await connection.execute(move, ann["email"], "base")
    assert [(one["line"], one["key"]) for one in await problems(staff, id)] == [(2, "job.out_of_scope")]
    stored = "SELECT tax_vat_number FROM customer WHERE email = ANY($1) ORDER BY email"
    found = await connection.fetch(stored, [ann["email"], bob["email"]])
    assert [row.tax_vat_number for row in found] == [None, "T1"]


async def test_addresses_and_balances_of_one_who_moves_out_of_reach_before_the_lock_stay(
    http: Any, admin_client: Any, tools: Tools, connection: Any, eu: str, monkeypatch: pytest.MonkeyPatch
):
    ann, bob = await make_people(admin_client, tools, 2)
    await load_homes(admin_client, tools, home_of(ann, "1"), home_of(bob, "1"))
    permissions = ["customers.import", "customers.pii", "customers.delete", "credit.adjust"]
    staff = await staff_client(http, connection, permissions, [1])
    move = "UPDATE customer SET website_id = (SELECT id FROM website WHERE code = $2) WHERE email = $1"
    homes = sheet(home_of(ann, "1"), home_of(bob, "1")).encode()
    credit = sheet(
        *[
            {
                "_email": one["email"],
                "_website": "base",
                "_finance_website": "base",
                "store_credit": "7",
                "reward_points": "",
            }
            for one in (ann, bob)
        ]
    ).encode()
    for module, content, given, counts in (
        (removals, homes, {"layout": "ADOBE_ADDRESSES", "behavior": "DELETE"}, {"deleted": 1}),
        (finances, credit, {"layout": "ADOBE_FINANCE"}, {"updated": 1}),
    ):
        id = await upload(staff, content, **given)
        lock = module.lock_customers

        async def lock_late(inner: Any, ids: Any, *, websites: Any, lock: Any = lock) -> Any:
            await connection.execute(move, ann["email"], eu)
            return await lock(inner, ids, websites=websites)

        with monkeypatch.context() as patched:
            patched.setattr(module, "lock_customers", lock_late)
            try:
                assert await run_import(staff, tools, id) == {"read": 2, "refused": 1, **counts}
            finally:
                await connection.execute(move, ann["email"], "base")
        told = [(one["line"], one["column"], one["key"]) for one in await problems(staff, id)]
        assert told == [(2, "_website", "job.out_of_scope")]
    books = [(await connection.fetchrow(BOOK, one["email"]))[0] for one in (ann, bob)]
    assert books == [["1"], None]
    stored = """SELECT array_agg(s.balance) FROM customer c LEFT JOIN store_credit s ON s.customer_id = c.id
        WHERE c.email = ANY($1) GROUP BY c.email ORDER BY c.email"""
    found = await connection.fetch(stored, [ann["email"], bob["email"]])
    assert [row.array_agg for row in found] == [[None], [700]]
