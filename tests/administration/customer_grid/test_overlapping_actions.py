"""Work on many customers at a time, on overlapping customers in opposite orders, in a shop so large that no plan scans it:
nothing deadlocks, and each row answers for itself."""

import asyncio
import itertools

import pytest

from customer_gql.administration.customer_import.adobe.load import import_adobe
from customer_gql.core.ids import encode_id
from customer_gql.settings import load_settings
from support.adobe_shop import sheet
from support.clients import served
from support.races import stop_after
from support.staff import staff_client

pytestmark = pytest.mark.slow

ACT = """mutation A($input: CustomerMassActionInput!) { customerMassAction(input: $input) {
  results { id outcome } userErrors { code path } } }"""
SHARE = """mutation S($input: AccountSharingSetInput!) { accountSharingSet(input: $input) {
  userErrors { code path } } }"""
ACTIONS = ["SUBSCRIBE", "UNSUBSCRIBE", "ASSIGN_GROUP", "DELETE"]
KINDS = [*ACTIONS, "IMPORT", "SHARING"]
ALONE = {"IMPORT", "SHARING"}
PAIRS = [
    pair for pair in itertools.combinations_with_replacement(KINDS, 2) if not (pair[0] == pair[1] and pair[0] in ALONE)
]
ROUNDS = 2
PATIENT = 10
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
MANY = 40
blocks = itertools.count(20_000, MANY)
ON_MAIN_WEBSITE = "UPDATE customer SET website_id = 1, created_in_store_view_id = 1 WHERE id = ANY($1)"
CLAIMS = """UPDATE customer_email e SET email_normalised = 'c' || c.id || '@shop.example', scope = $2, reserved_until = NULL
FROM customer c WHERE c.id = e.customer_id AND c.id = ANY($1)"""
IMPERSONATED = """INSERT INTO impersonation (customer_id, id, staff_id, reason, started_at, expires_at)
SELECT id, id, (SELECT min(id) FROM staff_user), 'Help', now(), now() + interval '1 hour' FROM unnest($1::bigint[]) AS id"""
ADDRESSES = "UPDATE customer SET email = 'c' || id || '@shop.example' WHERE id = ANY($1)"


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
async def boss(http, connection):
    return await staff_client(http, connection)


@pytest.fixture
async def take_customers(large_shop, connection):
    """Customers of the main website that no other round has; their carts and sessions are on another one."""

    async def take():
        first = large_shop.customer.id + next(blocks)
        ids = list(range(first, first + MANY))
        is_shared = await connection.fetchval(
            "SELECT value = '\"GLOBAL\"' FROM configuration_value WHERE path = 'customers.account_sharing'"
        )
        await connection.execute(ON_MAIN_WEBSITE, ids)
        await connection.execute(ADDRESSES, ids)
        await connection.execute(CLAIMS, ids, 0 if is_shared else 1)
        return ids

    return take


@pytest.fixture
async def run(boss, large_shop, tmp_path):
    """Runs one kind of work on customers; the outcome of each customer where it tells of each."""

    async def ask(document, input, tries):
        """Whoever waits too long beside a change of every account is told to try again; nobody else is."""
        for left in reversed(range(tries)):
            answer = await boss.answer(document, input=input)
            if "errors" not in answer:
                return next(iter(answer["data"].values()))
            assert left, answer
            assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAVAILABLE"]
        raise AssertionError(document)

    async def act(kind, ids, tries):
        input = {"action": kind, "selection": {"ids": [encode_id("cus", id) for id in ids]}}
        if kind == "ASSIGN_GROUP":
            input["groupId"] = encode_id("grp", 2)
        answer = await ask(ACT, input, tries)
        assert answer["userErrors"] == []
        assert [row["id"] for row in answer["results"]] == input["selection"]["ids"]
        return {id: row["outcome"] for id, row in zip(ids, answer["results"], strict=True)}

    async def load(ids):
        rows = [
            {"email": f"c{id}@shop.example", "_website": "base", "firstname": "Im", "lastname": "Ported"} for id in ids
        ]
        people = tmp_path / f"{ids[0]}.csv"
        people.write_text(sheet(*rows))
        report = tmp_path / "report.csv"
        async with large_shop.database.writes.acquire() as connection:
            summary = await import_adobe(connection, customers=people, addresses=None, report=report)
        told = report.read_text() if summary.report else ""
        assert (summary.customers.valid, summary.customers.refused, told) == (len(ids), 0, "")
        return {}

    async def share(_):
        # There and back, so that carts and sessions elsewhere end.
        for sharing in ("GLOBAL", "PER_WEBSITE"):
            assert await ask(SHARE, {"sharing": sharing}, PATIENT) == {"userErrors": []}
        return {}

    def start(kind, ids, *, tries=1):
        work = load(ids) if kind == "IMPORT" else share(ids) if kind == "SHARING" else act(kind, ids, tries)
        return asyncio.create_task(work)

    return start


async def find_left(connection, ids):
    rows = await connection.fetch("SELECT id FROM customer WHERE id = ANY($1)", ids)
    return {row.id for row in rows}


def judge(outcomes, deleted):
    """Of those whom a delete names each is gone by exactly one of them, and nobody else is missing."""
    for kind, told in outcomes:
        assert set(told.values()) <= {"DONE", "UNCHANGED", "NOT_FOUND"}, kind
        assert {id for id, outcome in told.items() if outcome == "NOT_FOUND"} <= deleted, kind
    by_delete = [told for kind, told in outcomes if kind == "DELETE"]
    assert sorted(id for told in by_delete for id, outcome in told.items() if outcome == "DONE") == sorted(deleted)


@pytest.mark.parametrize(("first", "second"), PAIRS, ids=["-".join(pair) for pair in PAIRS])
async def test_overlapping_work_answers_for_each_customer(first, second, run, take_customers, connection):
    tries = PATIENT if "SHARING" in (first, second) else 1
    for _ in range(ROUNDS):
        ids = await take_customers()
        mine, theirs = ids[: MANY * 3 // 4], ids[MANY // 4 :][::-1]
        told = await asyncio.gather(run(first, mine, tries=tries), run(second, theirs, tries=tries))
        deleted = {id for kind, named in ((first, mine), (second, theirs)) if kind == "DELETE" for id in named}
        judge([(first, told[0]), (second, told[1])], deleted)
        assert await find_left(connection, ids) == set(ids) - deleted
    assert await connection.fetchval(DEADLOCKS) == 0


async def test_a_change_of_sharing_waits_for_a_delete(run, take_customers, connection):
    """Both touch claims, carts and sessions of many customers, in different orders."""
    ids = await take_customers()
    async with stop_after("DELETE FROM customer WHERE") as stop:
        deleting = run("DELETE", ids)
        await stop.reached_by(deleting)
        sharing = run("SHARING", ids)
        assert await stop.is_waited_for_by(sharing, connection)
    assert set((await deleting).values()) == {"DONE"}
    await sharing
    assert await find_left(connection, ids) == set()


async def test_a_change_of_sharing_waits_for_an_import_before_it_locks_customers(run, boss, take_customers, connection):
    """It ends what is done as customers, whom the import may change."""
    ids = await take_customers()
    await connection.execute(IMPERSONATED, ids)
    async with stop_after("TEMPORARY TABLE import_lock") as stop:
        importing = run("IMPORT", ids)
        await stop.reached_by(importing)
        sharing = asyncio.create_task(boss.answer(SHARE, input={"sharing": "PER_WEBSITE"}))
        assert await stop.is_waited_for_by(sharing, connection)
    await importing
    assert (await sharing)["data"]["accountSharingSet"] == {"userErrors": []}
    assert await connection.fetchval(DEADLOCKS) == 0
