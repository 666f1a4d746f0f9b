"""A cancellation takes effect within seconds, whatever the job and the workers are busy with."""

import asyncio
from typing import Any

import pytest

from customer_gql.messaging.jobs.runs import batches
from customer_gql.messaging.jobs.runs.leases import watching
from customer_gql.messaging.jobs.runs.leases.claims import claim_jobs
from customer_gql.messaging.jobs.runs.runner import run_due_jobs
from customer_gql.messaging.jobs.whole_runs.runner import end_canceled_jobs
from support.exporting import show_export, start_export
from support.jobs import group, history_of, key_of, outcomes, run_all, show, start
from support.races import stop_before, until_blocking

pytestmark = pytest.mark.usefixtures("queued")
CANCEL = "mutation C($input: JobCancelInput!) { jobCancel(input: $input) { job { status } userErrors { key } } }"
CANCELING = {"job": {"status": "CANCELING"}, "userErrors": []}


async def cancel(client: Any, id: str) -> Any:
    return (await client.data(CANCEL, input={"id": id}))["jobCancel"]


@pytest.fixture
def watchful(monkeypatch) -> None:
    monkeypatch.setattr(watching, "CHECK_SECONDS", 0.02)


@pytest.mark.usefixtures("watchful")
@pytest.mark.parametrize("policy", ["ALL_OR_NOTHING", "SKIP", "STOP"])
async def test_the_batch_under_way_is_taken_back(policy, admin_client, connection, tools, shoppers):
    customers = await shoppers(3)
    id = await start(admin_client, "ASSIGN_GROUP", customers, errorPolicy=policy, **group(2))
    async with stop_before("INSERT INTO job_row") as stop:
        running = asyncio.create_task(run_all(tools))
        await stop.reached_by(running)
        assert await cancel(admin_client, id) == CANCELING
        await asyncio.wait_for(running, 10)
    job = await show(admin_client, id)
    assert (job["status"], job["cancelReason"]) == ("CANCELED", "REQUESTED")
    assert await outcomes(connection, id) == ["CANCELED"] * 3
    assert await history_of(connection, id) == {}
    stored = "SELECT count(*) FROM customer WHERE id = ANY($1) AND group_id = 2"
    assert await connection.fetchval(stored, [one.id for one in customers]) == 0


@pytest.mark.usefixtures("watchful")
async def test_a_batch_that_waits_for_a_lock_is_taken_back_too(admin_client, connection, database, tools, shoppers):
    customers = await shoppers(2)
    id = await start(admin_client, "DEACTIVATE", customers)
    async with database.writes.acquire() as other, other.transaction():
        await other.execute("SELECT FROM customer WHERE id = $1 FOR UPDATE", customers[0].id)
        running = asyncio.create_task(run_all(tools))
        await until_blocking(other, task=running)
        assert await cancel(admin_client, id) == CANCELING
        await asyncio.wait_for(running, 10)
    assert await outcomes(connection, id) == ["CANCELED"] * 2


async def test_to_cancel_many_rows_is_not_interrupted(admin_client, connection, tools, shoppers, monkeypatch):
    monkeypatch.setattr(batches, "CANCELED_AT_ONCE", 1)
    monkeypatch.setattr(watching, "CHECK_SECONDS", 0)
    id = await start(admin_client, "DEACTIVATE", await shoppers(4))
    assert await cancel(admin_client, id) == CANCELING
    await asyncio.wait_for(run_all(tools), 10)
    assert await outcomes(connection, id) == ["CANCELED"] * 4


async def test_one_that_waits_is_ended_beside_those_that_run(admin_client, connection, tools, shoppers):
    running = await start(admin_client, "DEACTIVATE", await shoppers(1))
    [lease] = await claim_jobs(tools.database)
    waiting = await start(admin_client, "DEACTIVATE", await shoppers(2))
    export = await start_export(admin_client, {"customers": {"selection": {"everything": True}, "columns": ["number"]}})
    for id in (waiting, export):
        assert await cancel(admin_client, id) == CANCELING
    while await end_canceled_jobs(tools):
        pass
    assert (await show(admin_client, waiting))["status"] == "CANCELED"
    assert await outcomes(connection, waiting) == ["CANCELED"] * 2
    shown = await show_export(admin_client, export)
    assert (shown["status"], shown["cancelReason"], shown["files"]) == ("CANCELED", "REQUESTED", [])
    held = await connection.fetchrow("SELECT status, fence FROM job_run WHERE id = $1", key_of(running))
    assert (held.status, held.fence) == ("RUNNING", lease.fence)
    assert await end_canceled_jobs(tools) == 0
    await connection.execute("UPDATE job_run SET leased_until = now() WHERE id = $1", key_of(running))
    while await run_due_jobs(tools):
        pass
    assert (await show(admin_client, running))["status"] == "DONE"
