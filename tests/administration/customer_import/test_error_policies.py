"""What is written when rows are refused, by the policy: of `STOP` test_import_jobs tells, of `SKIP` most others."""

from typing import Any

import asyncpg
import pytest

from customer_gql.administration.customer_import.runs import work as import_work
from customer_gql.core.ids import decode_id
from customer_gql.messaging.jobs.runs import writes as job_writes
from customer_gql.messaging.jobs.work import Tools
from support.adobe_shop import ANN, sheet
from support.importing import RETRY, problems, run_import, show, upload, work
from support.jobs import delete_open_jobs

NAMES = iter(range(1_000_000))
JOB_RETRY = "mutation R($input: JobRetryInput!) { jobRetry(input: $input) { job { id } userErrors { key path } } }"
STOPS = [{"errorPolicy": "ALL_OR_NOTHING"}, {"errorPolicy": "STOP", "options": {"allowedErrorCount": 0}}]


@pytest.fixture
async def tools(http: Any, database: Any, settings: Any, connection: Any) -> Tools:
    await delete_open_jobs(connection)
    return Tools(database, settings)


def people(count: int) -> list[dict[str, str]]:
    return [ANN | {"email": f"policy.{next(NAMES)}@shop.example"} for _ in range(count)]


def table(rows: list[dict[str, str]]) -> bytes:
    return sheet(*rows).encode()


async def count_stored(connection: Any, rows: list[dict[str, str]]) -> int:
    emails = [row["email"] for row in rows]
    return await connection.fetchval("SELECT count(*) FROM customer WHERE email = ANY($1)", emails)


async def test_all_rows_are_imported_in_one_transaction(admin_client: Any, tools: Tools, connection: Any):
    """More than a batch has, and of one customer two rows."""
    rows = people(1_100)
    id = await upload(admin_client, table([*rows, rows[0] | {"taxvat": "T1"}]), errorPolicy="ALL_OR_NOTHING")
    assert await run_import(admin_client, tools, id) == {"read": 1_101, "created": 1_100, "unchanged": 1}
    assert (await show(admin_client, id))["status"] == "DONE"
    stored = "SELECT count(*), count(DISTINCT xmin::text) FROM customer WHERE email = ANY($1)"
    assert tuple(await connection.fetchrow(stored, [row["email"] for row in rows])) == (1_100, 1)


async def test_a_refused_row_takes_all_of_them_back(admin_client: Any, tools: Tools, connection: Any):
    """One that cannot be read, and one that only the shop refuses."""
    rows = people(4)
    bad = [rows[0], rows[1] | {"email": "nobody"}, rows[2], rows[3] | {"lastname": ""}]
    counts = {"read": 4, "refused": 2}
    id = await upload(admin_client, table(bad), errorPolicy="ALL_OR_NOTHING")
    assert await run_import(admin_client, tools, id, dry_run=True) == counts
    assert (await show(admin_client, id))["status"] == "READY"
    assert await run_import(admin_client, tools, id) == counts
    shown = await show(admin_client, id)
    assert (shown["status"], shown["job"]["status"]) == ("FAILED", "FAILED")
    assert (shown["job"]["refusedCount"], shown["job"]["canceledCount"], shown["job"]["doneCount"]) == (2, 2, 0)
    told = [(one["line"], one["column"]) for one in await problems(admin_client, id) if one["outcome"] == "ROW_REFUSED"]
    assert told == [(3, "email"), (5, "lastname")]
    assert await count_stored(connection, rows) == 0
    assert (
        await connection.fetchval(
            "SELECT count(*) FROM customer_event WHERE job_id = $1", await job_of(shown, id, connection)
        )
        == 0
    )


async def job_of(_shown: Any, id: str, connection: Any) -> int:
    return await connection.fetchval("SELECT job_id FROM customer_import WHERE id = $1", decode_id(id, "cim"))


async def test_more_rows_than_one_transaction_takes_are_refused(
    admin_client: Any, tools: Tools, connection: Any, monkeypatch: Any
):
    monkeypatch.setattr(job_writes, "MAX_IN_ONE_TRANSACTION", 3)
    monkeypatch.setattr(import_work, "MAX_IN_ONE_TRANSACTION", 3)
    rows = people(5)
    id = await upload(admin_client, table(rows), errorPolicy="ALL_OR_NOTHING")
    assert await run_import(admin_client, tools, id) == {"read": 5, "refused": 1}
    assert (await show(admin_client, id))["status"] == "FAILED"
    [told] = await problems(admin_client, id)
    assert (told["line"], told["column"], told["key"]) == (5, "", "job.too_many_in_one_transaction")
    assert await count_stored(connection, rows) == 0


async def test_a_fault_in_one_transaction_is_retried_with_all_rows(
    admin_client: Any, tools: Tools, connection: Any, monkeypatch: Any
):
    rows = people(3)
    id = await upload(admin_client, table(rows), errorPolicy="ALL_OR_NOTHING")

    async def fail(*_given: Any, **_more: Any) -> Any:
        raise asyncpg.DataError("a fault that no rule foresees")

    monkeypatch.setattr(import_work, "import_rows", fail)
    await run_import(admin_client, tools, id)
    assert (await show(admin_client, id))["job"]["failedCount"] == 3
    monkeypatch.undo()
    again = (await admin_client.data(RETRY, input={"id": id}))["customerImportRetry"]
    assert (again["userErrors"], again["job"]["totalCount"]) == ([], 3)
    await work(tools)
    assert await count_stored(connection, rows) == 3


@pytest.mark.parametrize("given", STOPS, ids=["all-or-nothing", "stop"])
async def test_what_wrote_nothing_because_of_its_errors_is_not_retried_without_them(
    given: Any, admin_client: Any, tools: Tools, connection: Any
):
    rows = people(3)
    id = await upload(admin_client, table([*rows[:2], rows[2] | {"email": "nobody"}]), **given)
    await run_import(admin_client, tools, id)
    shown = await admin_client.data("query I($id: ID!) { customerImport(id: $id) { job { id } } }", id=id)
    over = [{"key": "import.over", "path": ["id"]}]
    job_id = shown["customerImport"]["job"]["id"]
    by_job = (await admin_client.data(JOB_RETRY, input={"id": job_id, "idempotencyKey": f"again {id}"}))["jobRetry"]
    assert by_job["userErrors"] == over
    by_import = (await admin_client.data(RETRY, input={"id": id}))["customerImportRetry"]
    assert [{"key": one["key"], "path": one["path"]} for one in by_import["userErrors"]] == over
    assert await count_stored(connection, rows) == 0
