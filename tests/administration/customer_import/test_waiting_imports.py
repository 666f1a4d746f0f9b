"""Imports that are not started, and the order in which those that are over are locked."""

import asyncio
from typing import Any

import pytest

from customer_gql.administration.customer_import import waiting
from customer_gql.core.ids import decode_id
from customer_gql.database.pools import Database
from customer_gql.database.statements import Connection
from customer_gql.messaging.jobs.work import Tools
from support.adobe_shop import ANN, sheet
from support.importing import create, import_key, start, upload, work
from support.jobs import delete_open_jobs
from support.races import until_blocking
from support.staff import staff_client

CANCEL = "mutation C($input: JobCancelInput!) { jobCancel(input: $input) { job { id } } }"
RETRY = "mutation R($input: JobRetryInput!) { jobRetry(input: $input) { job { id } userErrors { code key path } } }"
FULL = {
    "code": "LIMIT_REACHED",
    "key": "import.too_many_waiting",
    "params": {"limit": 2, "hours": 24},
    "path": None,
}


@pytest.fixture
def two_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "MAX_WAITING", 2)


async def test_an_owner_has_a_limited_number_of_them(
    http: Any, admin_client: Any, connection: Connection, two_at_most: None
):
    first, second = [await create(admin_client, b"x") for _ in range(2)]
    assert [first["userErrors"], second["userErrors"]] == [[], []]
    refused = await create(admin_client, b"x")
    assert (refused["customerImport"], refused["uploadUrl"], refused["userErrors"]) == (None, None, [FULL])
    assert (await create(await staff_client(http, connection), b"x"))["userErrors"] == []
    over = "UPDATE customer_import SET status = 'RUNNING' WHERE id = $1"
    await connection.execute(over, import_key(first["customerImport"]["id"]))
    assert (await create(admin_client, b"x"))["userErrors"] == []
    assert (await create(admin_client, b"x"))["userErrors"] == [FULL]


async def test_of_many_at_once_no_more_than_there_is_room_for(admin_client: Any, two_at_most: None):
    made = await asyncio.gather(*[create(admin_client, b"x") for _ in range(4)])
    assert [one["userErrors"] for one in made].count([]) == 2
    assert [one["userErrors"] for one in made].count([FULL]) == 2


async def test_a_retry_of_the_job_locks_the_import_first_as_one_of_the_import_does(
    admin_client: Any, database: Database, settings: Any, connection: Connection
):
    """Whoever has the import gets its job too: a retry that waits for the import keeps no lock on the job."""
    await delete_open_jobs(connection)
    id = await upload(admin_client, sheet(ANN | {"email": "locks.first@shop.example"}).encode())
    job_id = (await start(admin_client, id))["job"]["id"]
    await admin_client.data(CANCEL, input={"id": job_id})
    await work(Tools(database, settings))
    async with database.writes.acquire() as theirs, theirs.transaction():
        await theirs.execute("SELECT FROM customer_import WHERE id = $1 FOR UPDATE", import_key(id))
        again = {"id": job_id, "idempotencyKey": f"again-{job_id}"}
        retrying = asyncio.create_task(admin_client.data(RETRY, input=again))
        await until_blocking(theirs, task=retrying)
        await theirs.execute("SELECT FROM job_run WHERE id = $1 FOR UPDATE NOWAIT", decode_id(job_id, "job"))
    # It was canceled before it had any.
    assert [one["key"] for one in (await retrying)["jobRetry"]["userErrors"]] == ["job.nothing_to_retry"]
    await delete_open_jobs(connection)
