"""Workers that are killed at random, while jobs on the same customers run and others take them over."""

import asyncio
import random
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest

from administration.jobs.test_killed_worker import SCRIPT, submit
from customer_gql.messaging.jobs.runs.settings import BATCH_ROWS
from customer_gql.messaging.jobs.runs.tables import ErrorPolicy, RowOutcome, count_of
from customer_gql.shop.settings.declaration import GLOBAL
from customer_gql.shop.settings.writes import set_value
from support.blocking import wait_until

pytestmark = pytest.mark.slow
CUSTOMERS, BATCH, KILLS = 600, 20, 8
TAGS = {"action": "ADD_TAGS", "tags": {"killed": "Killed"}}
ACTIONS = (
    ({"action": "ASSIGN_GROUP", "group_id": 2}, ErrorPolicy.SKIP),
    ({"action": "DEACTIVATE"}, ErrorPolicy.SKIP),
    (TAGS, ErrorPolicy.STOP),
    ({"action": "LOCK", "locked_until": "2099-01-01T00:00:00+00:00", "note": None}, ErrorPolicy.ALL_OR_NOTHING),
)
IS_OPEN = "SELECT count(*) FROM job_run WHERE id = ANY($1) AND finished_at IS NULL"


async def test_each_row_is_done_once_whoever_dies(large_shop: Any, server: Any) -> None:
    chance = random.Random(14)
    async with large_shop.database.writes.acquire() as connection:
        url = server.url(await connection.fetchval("SELECT current_database()"))
        async with connection.transaction():
            await set_value(connection, BATCH_ROWS, BATCH, scope=GLOBAL, scope_id=0)
        ids = [large_shop.customer.id + number for number in range(30_000, 30_000 + CUSTOMERS)]
        jobs = [await submit(large_shop, connection, ids, policy=policy, **given) for given, policy in ACTIONS]
        workers = [subprocess.Popen([sys.executable, SCRIPT, url]) for _ in range(2)]
        try:
            for _ in range(KILLS):
                done = await count_done(connection, jobs)
                await wait_until(lambda done=done: is_further(connection, jobs, done), 120)
                await asyncio.sleep(chance.random() / 2)
                place = chance.randrange(len(workers))
                workers[place].kill()
                workers[place].wait()
                # Whoever is alive loses its jobs, too, and must notice.
                await connection.execute("UPDATE job_run SET leased_until = now() WHERE id = ANY($1)", jobs)
                workers[place] = subprocess.Popen([sys.executable, SCRIPT, url])
            await wait_until(lambda: are_finished(connection, jobs), 300)
        finally:
            for worker in workers:
                worker.kill()
                worker.wait()
            await connection.execute("DELETE FROM configuration_value WHERE path = $1", BATCH_ROWS.path)
        for job_id in jobs:
            await check_job(connection, job_id, ids)


async def count_done(connection: Any, jobs: list[int]) -> int:
    return await connection.fetchval("SELECT count(*) FROM job_row WHERE job_id = ANY($1)", jobs)


async def is_further(connection: Any, jobs: list[int], done: int) -> bool:
    return await count_done(connection, jobs) > done or await are_finished(connection, jobs)


async def are_finished(connection: Any, jobs: list[int]) -> bool:
    return not await connection.fetchval(IS_OPEN, jobs)


async def check_job(connection: Any, job_id: int, ids: list[int]) -> None:
    job = await connection.fetchrow("SELECT * FROM job_run WHERE id = $1", job_id)
    rows = await connection.fetch("SELECT * FROM job_row WHERE job_id = $1 ORDER BY line", job_id)
    assert [(row.line, row.customer_id) for row in rows] == list(enumerate(ids, 1))
    counts = Counter(RowOutcome(row.outcome) for row in rows)
    assert {one: job[count_of(one)] for one in RowOutcome} == {one: counts[one] for one in RowOutcome}
    assert (job.status, job.failed_count, job.canceled_count) == ("DONE", 0, 0)
    written = await connection.fetch(
        "SELECT customer_id, kind, count(*) AS entries FROM customer_event WHERE job_id = $1 GROUP BY 1, 2", job_id
    )
    done = {row.customer_id for row in rows if row.outcome == "DONE"}
    assert {row.customer_id for row in written} == done
    assert {row.entries for row in written} == {1}
    told = await connection.fetch(
        "SELECT customer_id, type, count(*) AS events FROM domain_event WHERE job_id = $1 AND customer_id IS NOT NULL GROUP BY 1, 2",
        job_id,
    )
    assert {row.customer_id for row in told} == done
    assert {row.events for row in told} == {1}
