"""Balances that a file states: set-based, by the rules of the ledgers."""

import asyncio
from typing import Any

import orjson
import pytest

from customer_gql.core.ids import encode_id
from customer_gql.database.distribution.forms import are_forms_distributed
from customer_gql.messaging.jobs.work import Tools
from support.customers import make_customer
from support.importing import import_key, problems, run_import, start, upload, work
from support.jobs import delete_open_jobs
from support.races import stop_before
from support.staff import make_website

NAMES = iter(range(1_000_000))
ADJUST = "mutation A($input: StoreCreditAdjustInput!) { storeCreditAdjust(input: $input) { userErrors { key } } }"
HEADER = "_email,_website,_finance_website,store_credit,reward_points\n"
ENTRIES = """SELECT action, amount, balance_after, idempotency_key, created_at FROM store_credit_entry
WHERE customer_id = $1 AND website_id = $2 ORDER BY created_at, id"""


@pytest.fixture
async def tools(http: Any, database: Any, settings: Any, connection: Any) -> Tools:
    await delete_open_jobs(connection)
    return Tools(database, settings)


async def people(connection: Any, count: int, **given: Any) -> list[Any]:
    return [
        await make_customer(connection, email=f"balance.{next(NAMES)}@shop.example", website_id=1, **given)
        for _ in range(count)
    ]


def stated(row: Any, credit: str = "", points: str = "", website: str = "base") -> str:
    return f"{row.email},base,{website},{credit},{points}\n"


async def imported(client: Any, tools: Tools, *rows: str) -> tuple[str, dict[str, int]]:
    id = await upload(client, (HEADER + "".join(rows)).encode(), layout="ADOBE_FINANCE")
    return id, await run_import(client, tools, id)


async def balances(connection: Any, row: Any, website_id: int = 1) -> tuple[int | None, int | None]:
    of = "SELECT balance FROM {} WHERE customer_id = $1 AND website_id = $2"
    tables = ("store_credit", "reward_points")
    credit, points = [await connection.fetchval(of.format(table), row.id, website_id) for table in tables]
    return credit, points


async def test_each_balance_is_one_movement_with_its_history(admin_client: Any, tools: Tools, connection: Any):
    ann, bob = await people(connection, 2)
    id, counts = await imported(
        admin_client, tools, stated(ann, "12.50", "100"), stated(bob, "3", ""), stated(ann, "10.00", "100")
    )
    assert counts == {"read": 3, "updated": 3}
    assert (await balances(connection, ann), await balances(connection, bob)) == ((1000, 100), (300, None))
    key = f"import:{import_key(id)}:"
    entries = [tuple(row)[:4] for row in await connection.fetch(ENTRIES, ann.id, 1)]
    assert entries == [("CREATED", 1250, 1250, f"{key}2:store_credit"), ("UPDATED", -250, 1000, f"{key}4:store_credit")]
    history = """SELECT kind, changes, job_id IS NOT NULL AS is_of_job, version FROM customer_event
        WHERE customer_id = $1 AND kind LIKE '%ADJUSTED' ORDER BY id"""
    told = [(row.kind, orjson.loads(row.changes), row.is_of_job) for row in await connection.fetch(history, ann.id)]
    assert told == [
        ("STORE_CREDIT_ADJUSTED", {"storeCredit": ["0.00", "12.50"]}, True),
        ("REWARD_POINTS_ADJUSTED", {"rewardPoints": [0, 100]}, True),
        ("STORE_CREDIT_ADJUSTED", {"storeCredit": ["12.50", "10.00"]}, True),
    ]
    events = "SELECT type, count(*) FROM domain_event WHERE customer_id = $1 GROUP BY type ORDER BY type"
    told_events = dict([tuple(row) for row in await connection.fetch(events, ann.id)])
    assert told_events["customer.store_credit_changed"] == 2
    assert told_events["customer.reward_points_changed"] == 1
    again, unchanged = await imported(admin_client, tools, stated(ann, "10", "100"), stated(bob, "3", "0"))
    assert unchanged == {"read": 2, "unchanged": 2}
    assert await problems(admin_client, again) == []
    assert await balances(connection, bob) == (300, None)


async def test_many_rows_take_as_many_statements_as_two(
    admin_client: Any, tools: Tools, connection: Any, statements: Any
):
    counts = {}
    for size in (2, 50):
        rows = await people(connection, size)
        id = await upload(
            admin_client, (HEADER + "".join(stated(row, "5", "7") for row in rows)).encode(), layout="ADOBE_FINANCE"
        )
        await start(admin_client, id)
        await statements.clear()
        await work(tools)
        counts[size] = await statements.count()
        assert [await balances(connection, row) for row in rows] == [(500, 7)] * size
    if not are_forms_distributed():  # which lock customers one by one
        assert counts[2] == counts[50], statements.texts


@pytest.fixture
async def eu(connection: Any) -> tuple[int, str]:
    """Another website, and its code."""
    id = await make_website(connection)
    return id, await connection.fetchval("SELECT code FROM website WHERE id = $1", id)


async def test_a_refused_balance_leaves_the_other_one_of_its_row(
    admin_client: Any, tools: Tools, connection: Any, eu: tuple[int, str]
):
    """While accounts work on one website, nothing can be given on another one."""
    ann, bob = await people(connection, 2)
    id, counts = await imported(
        admin_client, tools, stated(ann, "5", "7", eu[1]), stated(bob, "2000000000", "7"), stated(bob, "1", "")
    )
    assert counts == {"read": 3, "updated": 1, "refused": 2}
    assert [(one["line"], one["key"]) for one in await problems(admin_client, id)] == [
        (2, "balance.website_unusable"),
        (3, "amount.too_large"),
    ]
    assert (await balances(connection, ann, eu[0]), await balances(connection, bob)) == ((None, None), (100, None))


@pytest.mark.parametrize("is_excluded", [False, True])
async def test_shared_accounts_have_balances_where_they_work(
    admin_client: Any, tools: Tools, connection: Any, shared: None, eu: tuple[int, str], is_excluded: bool
):
    [ann] = await people(connection, 1)
    scope = "UPDATE customer_email SET scope = $2 WHERE customer_id = $1"
    await connection.execute(scope, ann.id, 0)
    if is_excluded:
        await connection.execute(
            "INSERT INTO customer_group_excluded_website (group_id, website_id) VALUES (1, $1)", eu[0]
        )
    _, counts = await imported(admin_client, tools, stated(ann, "5", "7", eu[1]))
    await connection.execute(scope, ann.id, 1)
    assert counts == ({"read": 1, "refused": 1} if is_excluded else {"read": 1, "updated": 1})
    assert await balances(connection, ann, eu[0]) == ((None, None) if is_excluded else (500, 7))


async def test_movements_at_the_same_time_keep_the_ledger_whole(admin_client: Any, tools: Tools, connection: Any):
    rows = await people(connection, 5)
    id = await upload(
        admin_client, (HEADER + "".join(stated(row, "20", "") for row in rows)).encode(), layout="ADOBE_FINANCE"
    )
    await start(admin_client, id)
    given = [{"id": encode_id("cus", row.id), "amount": "1", "idempotencyKey": f"race {row.id}"} for row in rows]
    await asyncio.gather(work(tools), *[admin_client.data(ADJUST, input=one) for one in given])
    for row in rows:
        entries = await connection.fetch(ENTRIES, row.id, 1)
        balance = 0
        for entry in entries:
            balance += entry.amount
            assert entry.balance_after == balance
        assert (await balances(connection, row))[0] == balance
        assert balance in (2000, 2100)
        assert len({entry.created_at for entry in entries}) == len(entries)


@pytest.mark.parametrize("policy", ["SKIP", "ALL_OR_NOTHING"])
async def test_a_customer_who_is_deleted_meanwhile_is_refused(
    admin_client: Any, tools: Tools, connection: Any, policy: str
):
    ann, bob = await people(connection, 2)
    file = (HEADER + stated(ann, "5") + stated(bob, "7")).encode()
    id = await upload(admin_client, file, layout="ADOBE_FINANCE", errorPolicy=policy)
    delete = "mutation D($input: CustomerDeleteInput!) { customerDelete(input: $input) { userErrors { key } } }"
    async with stop_before("FROM customer WHERE", "FOR UPDATE") as stop:
        running = asyncio.create_task(run_import(admin_client, tools, id))
        await stop.reached_by(running)
        gone = (await admin_client.data(delete, input={"id": encode_id("cus", ann.id)}))["customerDelete"]
        assert gone["userErrors"] == []
    of_bob = {"updated": 1} if policy == "SKIP" else {}
    assert await running == {"read": 2, "refused": 1, **of_bob}
    [problem] = await problems(admin_client, id)
    assert (problem["line"], problem["column"], problem["key"]) == (2, "_email", "import.customer_unknown")
    assert await balances(connection, bob) == ((700, None) if policy == "SKIP" else (None, None))
