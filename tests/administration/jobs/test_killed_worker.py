"""A worker that is killed in the middle of a large job, in a shop so large that no plan scans it."""

import asyncio
import subprocess
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from customer_gql.administration.customer_actions.actions import MASS_ACTION_WORK
from customer_gql.core.actor import actor_of
from customer_gql.core.permissions import ALL_PERMISSIONS
from customer_gql.core.viewer import Viewer, ViewerKind
from customer_gql.messaging.events.numbering import number_all_events
from customer_gql.messaging.jobs.runs.parts import freeze_ids
from customer_gql.messaging.jobs.runs.tables import PROCESSED, ErrorPolicy
from customer_gql.messaging.jobs.runs.writes import Submission, submit_job
from customer_gql.messaging.jobs.worker import running_worker
from customer_gql.schema.work import WORK
from customer_gql.settings import load_settings
from support.large_tables import SeenStatements, scans
from support.staff import make_role, make_staff

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).parents[2] / "support" / "job_worker.py"
MANY = 5_000
CONTINUES_WITHIN = 60
WITHIN_A_BATCH = """SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'customer'::regclass AND mode = 'RowExclusiveLock'
  AND pid <> pg_backend_pid())"""


async def submit(large_shop, connection, ids, *, policy=ErrorPolicy.SKIP, **parameters):
    user = await make_staff(connection, await make_role(connection))
    viewer = Viewer(ViewerKind.STAFF, staff_id=user.id, permissions=frozenset(ALL_PERMISSIONS))
    submission = Submission(MASS_ACTION_WORK, parameters, "test", freeze_ids(ids), policy)
    async with large_shop.database.transaction() as inner:
        return (await submit_job(inner, submission, by=actor_of(viewer))).job_id


async def wait_for(connection, job_id, wanted, seconds):
    ends = time.monotonic() + seconds
    while (done := await connection.fetchval(f"SELECT {PROCESSED} FROM job_run WHERE id = $1", job_id)) < wanted:
        assert time.monotonic() < ends, done
        await asyncio.sleep(0.02)


async def test_two_workers_go_on_with_what_a_killed_one_left(large_shop, server):
    async with large_shop.database.writes.acquire() as connection:
        url = server.url(await connection.fetchval("SELECT current_database()"))
        ids = [large_shop.customer.id + number for number in range(10_000, 10_000 + MANY)]
        versions = "SELECT id, version, group_id FROM customer WHERE id = ANY($1)"
        before = {row.id: row.version for row in await connection.fetch(versions, ids)}
        job_id = await submit(large_shop, connection, ids, action="ASSIGN_GROUP", group_id=2)
        process = subprocess.Popen([sys.executable, SCRIPT, url])
        try:
            await wait_for(connection, job_id, MANY * 4 // 10, 300)
            while not await connection.fetchval(WITHIN_A_BATCH):
                await asyncio.sleep(0)
        finally:
            process.kill()
            process.wait()
        done = await connection.fetchval("SELECT count(*) FROM job_row WHERE job_id = $1", job_id)
        assert MANY * 4 // 10 <= done < MANY
        async with AsyncExitStack() as workers:
            for _ in range(2):
                await workers.enter_async_context(running_worker(load_settings(database_url=url), WORK))
            await wait_for(connection, job_id, done + 1, CONTINUES_WITHIN)
            await wait_for(connection, job_id, MANY, 300)
        job = await connection.fetchrow("SELECT * FROM job_run WHERE id = $1", job_id)
        assert (job.status, job.done_count, job.fence > 1) == ("DONE", MANY, True)
        rows = await connection.fetch(
            "SELECT line, customer_id, outcome FROM job_row WHERE job_id = $1 ORDER BY 1", job_id
        )
        assert [tuple(row) for row in rows] == [(line, id, "DONE") for line, id in enumerate(ids, 1)]
        after = await connection.fetch(versions, ids)
        assert {row.id: row.version for row in after} == {id: version + 1 for id, version in before.items()}
        assert {row.group_id for row in after} == {2}
        history = await connection.fetch(
            "SELECT customer_id, count(*) AS entries, max(version) AS version FROM customer_event WHERE job_id = $1 GROUP BY 1",
            job_id,
        )
        assert {row.customer_id: (row.entries, row.version) for row in history} == {
            id: (1, version + 1) for id, version in before.items()
        }
        shown = "SELECT count(*) FROM customer WHERE id = ANY($1) AND group_id = 2"
        assert await connection.fetchval(shown, ids) == MANY
        told = "SELECT count(*) FROM domain_event WHERE customer_id = ANY($1) AND type = 'customer.updated' AND job_id = $2"
        assert await connection.fetchval(told, ids, job_id) == MANY
        await number_all_events(connection)
        unnumbered = "SELECT count(*) FROM domain_event WHERE job_id = $1 AND position IS NULL"
        assert await connection.fetchval(unnumbered, job_id) == 0


async def test_no_statement_of_a_job_scans(large_shop):
    from customer_gql.messaging.jobs.runs.runner import run_due_jobs
    from customer_gql.messaging.jobs.work import Tools

    tools = Tools(large_shop.database, load_settings(database_url="postgresql://not.used"))
    async with large_shop.database.writes.acquire() as connection:
        ids = [large_shop.customer.id + number for number in range(20_000, 20_050)]
        for action in ("SUBSCRIBE", "UNSUBSCRIBE", "ASSIGN_GROUP", "DELETE"):
            more: dict[str, Any] = {"group_id": 2} if action == "ASSIGN_GROUP" else {}
            job_id = await submit(large_shop, connection, ids, action=action, **more)
            large_shop.statements.seen.clear()
            while await run_due_jobs(tools):
                await asyncio.sleep(0)
            job = await connection.fetchrow("SELECT * FROM job_run WHERE id = $1", job_id)
            assert (job.status, job.failed_count) == ("DONE", 0)
            seen = SeenStatements(dict(large_shop.statements.seen))
            assert await scans(connection, seen) == []
