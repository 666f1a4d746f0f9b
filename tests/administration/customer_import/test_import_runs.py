"""Imports beside others and after faults: two starts, two imports, cancellation, retries, lost rights, expiry, reports."""

import asyncio
import csv
import datetime as dt
import io
from typing import Any

import asyncpg
import pytest

from customer_gql.administration.customer_import.cleanup import expire_imports
from customer_gql.administration.customer_import.runs import work as import_work
from customer_gql.administration.customer_import.runs.report import write_report
from customer_gql.administration.customer_import.tables import import_mapping
from customer_gql.core.ids import decode_id, new_id
from customer_gql.messaging.files.store import FileStore
from customer_gql.messaging.jobs.runs import runner
from customer_gql.messaging.jobs.runs.settings import BATCH_ROWS
from customer_gql.messaging.jobs.runs.writes import LEASE
from customer_gql.messaging.jobs.work import Tools
from customer_gql.shop.settings.declaration import GLOBAL
from customer_gql.shop.settings.writes import set_value
from support.adobe_shop import ANN, HOME, sheet
from support.customers import put
from support.importing import RETRY, SHOW, create, import_key, run_import, show, show_counts, start, upload, work
from support.jobs import delete_open_jobs
from support.staff import staff_client

NAMES = iter(range(1_000_000))
OWN_ROLE = "id = (SELECT s.role_id FROM staff_user s JOIN customer_import i ON i.actor_id = s.id WHERE i.id = $1)"
MAKE_TOKEN = (
    "mutation C($input: ServiceTokenCreateInput!) { serviceTokenCreate(input: $input) { serviceToken { id } } }"
)
JOB_RETRY = "mutation R($input: JobRetryInput!) { jobRetry(input: $input) { job { id } userErrors { key path } } }"
CANCEL = "mutation C($input: JobCancelInput!) { jobCancel(input: $input) { userErrors { key } } }"
FILES = """query F($id: ID!) { customerImport(id: $id) {
  report { id name rowCount sizeBytes expiresAt } failedRows { id name rowCount } } }"""


@pytest.fixture
async def tools(http: Any, database: Any, settings: Any, connection: Any) -> Tools:
    await delete_open_jobs(connection)
    return Tools(database, settings)


def people(count: int) -> list[dict[str, str]]:
    return [ANN | {"email": f"run.{next(NAMES)}@shop.example"} for _ in range(count)]


def table(rows: list[dict[str, str]]) -> bytes:
    return sheet(*rows).encode()


async def count_stored(connection: Any, rows: list[dict[str, str]]) -> int:
    emails = [row["email"] for row in rows]
    return await connection.fetchval("SELECT count(*) FROM customer WHERE email = ANY($1)", emails)


async def test_of_two_starts_one_begins(admin_client: Any, tools: Tools, connection: Any):
    rows = people(3)
    id = await upload(admin_client, table(rows))
    answers = await asyncio.gather(start(admin_client, id), start(admin_client, id))
    refused = [one["userErrors"] for one in answers if one["job"] is None]
    assert refused == [[{"code": "NOT_ALLOWED", "key": "import.running", "path": ["id"]}]]
    await work(tools)
    assert await count_stored(connection, rows) == 3
    late = await start(admin_client, id)
    assert [one["key"] for one in late["userErrors"]] == ["import.over"]


async def test_imports_run_one_after_the_other(admin_client: Any, tools: Tools, connection: Any):
    first, second = people(2), people(2)
    ids = [await upload(admin_client, table(rows)) for rows in (first, second)]
    for id in ids:
        await start(admin_client, id)
    seen = "SELECT count(*) FROM job_run WHERE kind = 'IMPORT' AND finished_at IS NULL AND status = 'RUNNING'"
    most = 0
    run = import_work.IMPORT_WORK.run_batch

    async def watch(inner: Any, *given: Any) -> Any:
        nonlocal most
        most = max(most, await connection.fetchval(seen))
        return await run(inner, *given)

    object.__setattr__(import_work.IMPORT_WORK, "run_batch", watch)
    try:
        await work(tools)
    finally:
        object.__setattr__(import_work.IMPORT_WORK, "run_batch", run)
    assert most == 1
    assert await count_stored(connection, [*first, *second]) == 4


async def test_a_canceled_import_is_retried(admin_client: Any, tools: Tools, connection: Any):
    rows = people(4)
    id = await upload(admin_client, table(rows))
    begun = await start(admin_client, id)
    await admin_client.data(CANCEL, input={"id": begun["job"]["id"]})
    await work(tools)
    assert (await show(admin_client, id))["status"] == "CANCELED"
    assert await count_stored(connection, rows) == 0
    nothing = (await admin_client.data(RETRY, input={"id": id}))["customerImportRetry"]
    assert [one["key"] for one in nothing["userErrors"]] == ["import.nothing_to_retry"]


async def test_rows_that_fail_are_retried(admin_client: Any, tools: Tools, connection: Any, monkeypatch: Any):
    rows = people(9)
    bad = rows[4]["email"]
    id = await upload(admin_client, table(rows))
    real = import_work.import_rows

    async def fail(inner: Any, imported: Any, batch: Any, *given: Any, **more: Any) -> Any:
        if bad in {row.email_key for row in batch}:
            raise asyncpg.DataError("a fault that no rule foresees")
        return await real(inner, imported, batch, *given, **more)

    monkeypatch.setattr(import_work, "import_rows", fail)
    assert await run_import(admin_client, tools, id) == {"read": 9, "created": 8}
    shown = await show(admin_client, id)
    assert (shown["status"], shown["job"]["failedCount"], shown["job"]["totalCount"]) == ("DONE", 1, 9)
    monkeypatch.undo()
    again = (await admin_client.data(RETRY, input={"id": id}))["customerImportRetry"]
    assert (again["userErrors"], again["job"]["totalCount"]) == ([], 1)
    await work(tools)
    assert (await show(admin_client, id))["createdCount"] == 9
    assert await count_stored(connection, rows) == 9
    over = (await admin_client.data(RETRY, input={"id": id}))["customerImportRetry"]
    assert [one["key"] for one in over["userErrors"]] == ["import.nothing_to_retry"]


async def test_rows_that_were_deleted_are_not_retried_by_either_mutation(
    admin_client: Any, tools: Tools, connection: Any, monkeypatch: Any
):
    rows = people(2)
    id = await upload(admin_client, table(rows))

    async def fail(*_given: Any, **_more: Any) -> Any:
        raise asyncpg.DataError("a fault that no rule foresees")

    monkeypatch.setattr(import_work, "import_rows", fail)
    await run_import(admin_client, tools, id)
    monkeypatch.undo()
    shown = await admin_client.data("query I($id: ID!) { customerImport(id: $id) { job { id } } }", id=id)
    jobs = await connection.fetchval("SELECT count(*) FROM job_run")
    for change in (
        "UPDATE customer_import SET finished_at = finished_at - interval '25 h' WHERE id = $1",
        "UPDATE customer_import SET finished_at = now() WHERE id = $1",
    ):
        await connection.execute(change, import_key(id))
        if "now()" in change:
            await connection.execute("DELETE FROM import_row WHERE import_id = $1", import_key(id))
        by_import = (await admin_client.data(RETRY, input={"id": id}))["customerImportRetry"]
        by_job = (await admin_client.data(JOB_RETRY, input={"id": shown["customerImport"]["job"]["id"]}))["jobRetry"]
        for answer in (by_import, by_job):
            assert [(one["key"], one["path"]) for one in answer["userErrors"]] == [("import.rows_deleted", ["id"])]
    assert await connection.fetchval("SELECT count(*) FROM job_run") == jobs
    assert await count_stored(connection, rows) == 0


@pytest.mark.parametrize("fault", [OSError("no space left"), TimeoutError()])
async def test_an_interrupted_job_goes_on_before_its_lease_would_end(
    admin_client: Any, tools: Tools, connection: Any, monkeypatch: Any, fault: Exception
):
    rows = people(3)
    id = await upload(admin_client, table(rows))
    real, faults = import_work.import_rows, [fault]

    async def fail(*given: Any, **more: Any) -> Any:
        if faults:
            raise faults.pop()
        return await real(*given, **more)

    monkeypatch.setattr(import_work, "import_rows", fail)
    await start(admin_client, id)
    async with asyncio.timeout(LEASE.total_seconds() / 2):
        while (await show(admin_client, id))["status"] != "DONE":
            await runner.run_due_jobs(tools)
            await asyncio.sleep(0.02)
    assert (await show_counts(admin_client, id), faults) == ({"read": 3, "created": 3}, [])


@pytest.mark.parametrize(
    ("behavior", "counted", "book"),
    [
        ("ADD_UPDATE", {"read": 2, "created": 2}, ["1", "2", "9"]),
        # What the other row would keep is not known to the one that is retried.
        ("REPLACE", {"read": 2, "refused": 2}, ["9"]),
    ],
)
async def test_one_of_the_rows_of_a_customer_is_retried(
    admin_client: Any,
    tools: Tools,
    connection: Any,
    monkeypatch: Any,
    behavior: str,
    counted: dict[str, int],
    book: list[str],
):
    [ann] = people(1)
    await run_import(admin_client, tools, await upload(admin_client, table([ann])))
    home = HOME | {"_email": ann["email"]}
    old = table([home | {"_entity_id": "9", "city": "Town 9"}])
    await run_import(admin_client, tools, await upload(admin_client, old, layout="ADOBE_ADDRESSES"))
    content = table([home | {"_entity_id": id, "city": f"Town {id}"} for id in ("1", "2")])
    id = await upload(admin_client, content, layout="ADOBE_ADDRESSES", behavior=behavior)
    real = import_work.import_rows

    async def fail(inner: Any, imported: Any, batch: Any, *given: Any, **more: Any) -> Any:
        if batch[0].line == 2:
            raise asyncpg.DataError("a fault that no rule foresees")
        return await real(inner, imported, batch, *given, **more)

    monkeypatch.setattr(import_work, "import_rows", fail)
    await run_import(admin_client, tools, id)
    assert (await show(admin_client, id))["job"]["failedCount"] == 1
    monkeypatch.undo()
    again = (await admin_client.data(RETRY, input={"id": id}))["customerImportRetry"]
    assert (again["userErrors"], again["job"]["totalCount"]) == ([], 1)
    await work(tools)
    shown = await show(admin_client, id)
    assert (shown["job"]["failedCount"], await show_counts(admin_client, id)) == (0, counted)
    stored = "SELECT array_agg(a.external_id ORDER BY a.external_id) FROM address a JOIN customer c ON c.id = a.customer_id WHERE c.email = $1"
    assert await connection.fetchval(stored, ann["email"]) == book


@pytest.mark.parametrize("rows_of_a_batch", [1, 2])
async def test_rows_of_one_customer_beyond_the_size_of_a_batch(
    admin_client: Any, tools: Tools, connection: Any, rows_of_a_batch: int, monkeypatch: Any
):
    ann, bob = people(2)
    rows = [ann, bob, *[ann | {"taxvat": f"T{number}"} for number in range(5)]]
    monkeypatch.setattr(runner, "_BATCH_SECONDS", 1e-9)
    await set_value(connection, BATCH_ROWS, rows_of_a_batch, scope=GLOBAL, scope_id=0)
    try:
        id = await upload(admin_client, table(rows))
        assert await run_import(admin_client, tools, id) == {"read": 7, "created": 2, "unchanged": 5}
    finally:
        await set_value(connection, BATCH_ROWS, 1_000, scope=GLOBAL, scope_id=0)
    assert (await show(admin_client, id))["job"]["failedCount"] == 0
    assert await connection.fetchval("SELECT tax_vat_number FROM customer WHERE email = $1", ann["email"]) == "T4"


async def test_websites_that_are_no_longer_reached(http: Any, tools: Tools, connection: Any):
    rows = people(2)
    staff = await staff_client(http, connection, ["customers.import", "customers.pii"], [1])
    id = await upload(staff, table(rows))
    await start(staff, id)
    await connection.execute(f"UPDATE staff_role SET website_ids = '{{2}}' WHERE {OWN_ROLE}", import_key(id))
    await work(tools)
    assert await count_stored(connection, rows) == 0
    problems = (
        "SELECT DISTINCT p ->> 'key' AS key FROM import_row, jsonb_array_elements(problems) p WHERE import_id = $1"
    )
    assert [row.key for row in await connection.fetch(problems, import_key(id))] == ["import.website_unknown"]


async def test_an_owner_who_lost_the_permission(http: Any, admin_client: Any, tools: Tools, connection: Any):
    rows = people(2)
    staff = await staff_client(http, connection, ["customers.import"])
    id = await upload(staff, table(rows))
    await start(staff, id)
    await connection.execute(f"UPDATE staff_role SET permissions = '{{}}' WHERE {OWN_ROLE}", import_key(id))
    await work(tools)
    shown = (await admin_client.data(SHOW, id=id))["customerImport"]
    assert (shown["status"], shown["job"]["status"], shown["job"]["cancelReason"]) == (
        "CANCELED",
        "CANCELED",
        "OWNER_LOST_ACCESS",
    )
    assert await count_stored(connection, rows) == 0


async def test_what_needs_further_permissions(http: Any, connection: Any):
    staff = await staff_client(http, connection, ["customers.import"])
    for given, missing in (
        ({"behavior": "DELETE"}, "customers.delete"),
        ({"behavior": "CUSTOM"}, "customers.delete"),
        ({"layout": "ADOBE_FINANCE"}, "credit.adjust"),
    ):
        input = {"layout": "ADOBE_CUSTOMERS", "fileName": "a.csv", "sizeBytes": 1, **given}
        query = "mutation C($input: CustomerImportCreateInput!) { customerImportCreate(input: $input) { uploadUrl } }"
        answer = await staff.answer(query, input=input)
        assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": missing}


async def test_the_report_and_the_rows_that_were_not_imported(
    admin_client: Any, tools: Tools, connection: Any, settings: Any
):
    good, bad, odd = people(3)
    rows = [good, bad | {"email": "=nobody", "password": "canary"}, odd | {"dob": "never"}]
    id = await upload(admin_client, table(rows))
    await run_import(admin_client, tools, id)
    job = await connection.fetchval("SELECT job_id FROM customer_import WHERE id = $1", import_key(id))
    for _ in range(2):
        await write_report(tools, {"import_id": import_key(id), "job_id": job})
    shown = (await admin_client.data(FILES, id=id))["customerImport"]
    assert (shown["report"]["name"], shown["report"]["rowCount"]) == ("people.report.csv", 2)
    assert (shown["failedRows"]["name"], shown["failedRows"]["rowCount"]) == ("people.failed.csv", 1)

    async def read(column: str) -> list[list[str]]:
        file = await connection.fetchrow(
            f"SELECT f.* FROM stored_file f JOIN customer_import i ON f.id = i.{column} WHERE i.id = $1", import_key(id)
        )
        content = b"".join([part async for part in FileStore(tools.database, settings).read(file)])
        return list(csv.reader(io.StringIO(content.decode())))

    report = await read("report_file_id")
    assert [row[1:4] for row in report[1:]] == [["3", "email", "row refused"], ["4", "dob", "cell left out"]]
    assert report[1][5] == "'=nobody"
    failed = await read("failed_rows_file_id")
    assert dict(zip(*failed, strict=True)) == {**bad, "email": "'=nobody", "password": "", "dob": ""}
    assert (await admin_client.data("query H($id: ID!) { customerImport(id: $id) { hasSecrets } }", id=id)) == {
        "customerImport": {"hasSecrets": True}
    }


async def test_the_files_of_an_import_are_those_of_its_retry(
    admin_client: Any, tools: Tools, connection: Any, monkeypatch: Any
):
    rows = people(3)
    bad = rows[1]["email"]
    id = await upload(admin_client, table([*rows, rows[0] | {"email": "nobody"}]))
    real = import_work.import_rows

    async def fail(inner: Any, imported: Any, batch: Any, *given: Any, **more: Any) -> Any:
        if bad in {row.email_key for row in batch}:
            raise asyncpg.DataError("a fault that no rule foresees")
        return await real(inner, imported, batch, *given, **more)

    async def count_rows() -> list[int]:
        job = await connection.fetchval("SELECT job_id FROM customer_import WHERE id = $1", import_key(id))
        await write_report(tools, {"import_id": import_key(id), "job_id": job})
        shown = (await admin_client.data(FILES, id=id))["customerImport"]
        return [shown[name]["rowCount"] for name in ("report", "failedRows")]

    monkeypatch.setattr(import_work, "import_rows", fail)
    await run_import(admin_client, tools, id)
    assert await count_rows() == [1, 2]
    monkeypatch.undo()
    assert (await admin_client.data(RETRY, input={"id": id}))["customerImportRetry"]["userErrors"] == []
    assert (await admin_client.data(FILES, id=id))["customerImport"] == {"report": None, "failedRows": None}
    await work(tools)
    assert await count_rows() == [1, 1]


async def test_an_import_that_waits_too_long_is_canceled(admin_client: Any, tools: Tools, connection: Any):
    waiting = (await create(admin_client, b"x"))["customerImport"]["id"]
    fresh = (await create(admin_client, b"x"))["customerImport"]["id"]
    old = await upload(admin_client, table(people(1)))
    await run_import(admin_client, tools, old)
    late = dt.datetime.now(dt.UTC) - dt.timedelta(hours=25)
    await connection.execute("UPDATE customer_import SET created_at = $2 WHERE id = $1", import_key(waiting), late)
    await connection.execute("UPDATE customer_import SET finished_at = $2 WHERE id = $1", import_key(old), late)
    await expire_imports(tools)
    assert (await show(admin_client, waiting))["status"] == "CANCELED"
    assert (await show(admin_client, fresh))["status"] == "UPLOADING"
    rows = "SELECT count(*) FROM import_row WHERE import_id = $1"
    assert await connection.fetchval(rows, import_key(old)) == 0
    await connection.execute(
        "UPDATE customer_import SET finished_at = $2 WHERE id = $1", import_key(old), late - dt.timedelta(days=60)
    )
    await expire_imports(tools)
    assert (await admin_client.data(SHOW, id=old))["customerImport"] is None


async def test_mappings_go_with_the_service_token_that_made_them(admin_client: Any, tools: Tools, connection: Any):
    until = (dt.datetime.now(dt.UTC) + dt.timedelta(days=1)).isoformat()
    tokens = []
    for name in ("ERP", "CRM"):
        asked = {"name": name, "permissions": ["CUSTOMERS_READ"], "expiresAt": until, "websiteIds": None}
        made = (await admin_client.data(MAKE_TOKEN, input=asked))["serviceTokenCreate"]
        tokens.append(decode_id(made["serviceToken"]["id"], "svt"))
    for number, token in enumerate(tokens):
        owner = {"actor": "SERVICE", "actor_id": token}
        await put(connection, import_mapping, id=new_id(), **owner, name=f"mapping {number}", mapping="[]")
    await connection.execute("UPDATE service_token SET revoked_at = now() WHERE id = $1", tokens[0])
    await expire_imports(tools)
    left = await connection.fetch("SELECT actor_id FROM import_mapping WHERE actor_id = ANY($1)", tokens)
    assert [row.actor_id for row in left] == tokens[1:]


async def test_what_is_read_is_the_same_in_any_number_of_steps(
    admin_client: Any, tools: Tools, connection: Any, monkeypatch: Any
):
    """The file is opened again for each step, and read on where the one before ended."""
    from customer_gql.administration.customer_import.runs import row_storage

    monkeypatch.setattr(row_storage, "STEP_SECONDS", 0)
    monkeypatch.setattr(row_storage, "_BATCH_ROWS", 2)
    rows = people(7)
    content = table(rows).replace(b"Ann", b'"A\nnn"', 1)
    id = await upload(admin_client, content)
    assert (await run_import(admin_client, tools, id))["read"] == 7
    lines = "SELECT array_agg(line ORDER BY line) FROM import_row WHERE import_id = $1"
    assert await connection.fetchval(lines, import_key(id)) == [2, 4, 5, 6, 7, 8, 9]
