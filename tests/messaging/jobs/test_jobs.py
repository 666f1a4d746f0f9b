"""The queue as slices see it: in the caller's transaction, picked up again, once where it matters."""

import asyncio
import contextlib
import datetime as dt
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from customer_gql.customers.accounts.cleanup import delete_expired_access
from customer_gql.customers.accounts.writes import issue_customer_token
from customer_gql.database.pools import open_database
from customer_gql.messaging.jobs.queue import enqueue, queue_queries
from customer_gql.messaging.jobs.tables import QUEUE_TABLES
from customer_gql.messaging.jobs.work import Job, Poll, Schedule, Tools, Work
from customer_gql.messaging.jobs.worker import _PollingDriver, run_worker, running_worker, work_until_signalled
from customer_gql.schema.work import WORK
from customer_gql.settings import load_settings
from support.customers import make_customer
from support.databases import change_tables

SCRIPT = Path(__file__).parents[2] / "support" / "worker_process.py"


@pytest.fixture
async def store(empty_database, server):
    async with empty_database.writes.acquire() as connection:
        table = "CREATE TABLE done (key text, who text, at timestamptz DEFAULT clock_timestamp())"
        await change_tables(server, connection, table, "GRANT ALL ON done TO PUBLIC")
        yield connection


@pytest.fixture
def settings(empty_database_url):
    return load_settings(database_url=empty_database_url, worker=False)


class Worker:
    """Told to stop by `stop`; counts how often it took what is due from the queue."""

    def __init__(self):
        self.stop = asyncio.Event()
        self.looks = 0

    def note_statement(self, record):
        self.looks += "SKIP LOCKED" in record.query

    async def look_again(self, times=3):
        wanted = self.looks + times
        async with asyncio.timeout(15):
            while self.looks < wanted:
                await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def working(url, settings, jobs, **given):
    """A worker with connections of its own."""
    worker = Worker()
    async with open_database(
        url, read_connections=1, write_connections=3, on_statement=worker.note_statement
    ) as database:
        options = {"poll_seconds": 0.05, "heartbeat_seconds": 2, **given}
        task = asyncio.create_task(run_worker(database, settings, worker.stop, jobs, **options))
        try:
            yield worker
        finally:
            worker.stop.set()
            await task


async def eventually(store, statement, wanted, seconds=15):
    ends = time.monotonic() + seconds
    while (found := await store.fetchval(statement)) != wanted:
        assert time.monotonic() < ends, (statement, found)
        await asyncio.sleep(0.05)


async def note(tools, payload):
    async with tools.database.transaction() as connection:
        await connection.execute("INSERT INTO done VALUES ($1, 'worker')", payload["key"])


NOTE = Work(jobs=(Job("note", note),))
DONE = "SELECT count(*) FROM done"
WAITING = "SELECT count(*) FROM job"


async def test_a_job_belongs_to_the_transaction_that_asks_for_it(empty_database_url, settings, store):
    transaction = store.transaction()
    await transaction.start()
    assert await enqueue(store, "note", {"key": "never"}) is True
    assert await store.fetchval(WAITING) == 1
    await transaction.rollback()
    assert await store.fetchval(WAITING) == 0
    async with store.transaction():
        await enqueue(store, "note", {"key": "ä"})
    async with working(empty_database_url, settings, NOTE):
        await eventually(store, WAITING, 0)
    assert [row.key for row in await store.fetch("SELECT key FROM done")] == ["ä"]


async def test_one_key_waits_once(empty_database_url, settings, store):
    assert await enqueue(store, "note", {"key": "a"}, unique="note:a") is True
    assert await enqueue(store, "note", {"key": "a"}, unique="note:a") is False
    assert await enqueue(store, "note", {"key": "b"}, unique="note:b") is True
    async with working(empty_database_url, settings, NOTE):
        await eventually(store, WAITING, 0)
    assert await store.fetchval(DONE) == 2
    assert await enqueue(store, "note", {"key": "a"}, unique="note:a") is True


@pytest.mark.slow
async def test_a_job_does_not_begin_before_its_time(empty_database_url, settings, store):
    asked = dt.datetime.now(dt.UTC)
    await enqueue(store, "note", {"key": "later"}, at=asked + dt.timedelta(seconds=1.5))
    await enqueue(store, "note", {"key": "past"}, at=asked - dt.timedelta(days=1))
    async with working(empty_database_url, settings, NOTE):
        await eventually(store, DONE, 1)
        assert await store.fetchval("SELECT key FROM done") == "past"
        await eventually(store, DONE, 2)
    assert await store.fetchval("SELECT max(at) FROM done") >= asked + dt.timedelta(seconds=1.5)


async def test_each_of_many_jobs_is_done_once_by_two_workers(empty_database_url, settings, store):
    async with store.transaction():
        for number in range(100):
            await enqueue(store, "note", {"key": str(number)})
    async with working(empty_database_url, settings, NOTE), working(empty_database_url, settings, NOTE):
        await eventually(store, WAITING, 0, seconds=30)
    assert await store.fetchval("SELECT count(*) = 100 AND count(DISTINCT key) = 100 FROM done")


async def test_what_fails_is_tried_again_then_held_and_tells_the_log_nothing(
    empty_database_url, settings, store, capfd
):
    async def fail(tools, payload):
        await note(tools, payload)
        raise ValueError("ada@example.com and CANARY")

    await enqueue(store, "fail", {"key": "x"})
    async with working(empty_database_url, settings, Work(jobs=(Job("fail", fail, attempts=2),))):
        await eventually(store, "SELECT status::text FROM job", "failed")
    assert await store.fetchval(DONE) == 2
    said = capfd.readouterr()
    log = str([str(row.traceback) for row in await store.fetch("SELECT traceback FROM job_log")])
    for text in (said.out, said.err, log):
        assert "CANARY" not in text
        assert "ada@example.com" not in text
    assert "ValueError" in log


@pytest.mark.slow
async def test_no_more_at_once_than_declared_over_all_workers(empty_database_url, settings, store):
    together, most, workers = 0, 0, []

    async def count(tools, payload):
        """Lasts until every worker could have begun another."""
        nonlocal together, most
        together += 1
        most = max(most, together)
        await asyncio.gather(*[worker.look_again() for worker in workers])
        together -= 1
        await note(tools, payload)

    jobs = Work(jobs=(Job("count", count, at_once=1),))
    async with (
        working(empty_database_url, settings, jobs) as one,
        working(empty_database_url, settings, jobs) as other,
    ):
        workers += one, other
        for number in range(4):
            await enqueue(store, "count", {"key": str(number)})
        await eventually(store, DONE, 4, seconds=30)
    assert most == 1


@pytest.mark.slow
async def test_the_job_of_a_killed_worker_is_picked_up_by_another(empty_database_url, settings, store):
    await enqueue(store, "hang", {"key": "x"})
    process = subprocess.Popen([sys.executable, SCRIPT, empty_database_url])
    try:
        await eventually(store, DONE, 1)
        process.kill()
    finally:
        process.kill()
        process.wait()
    assert await store.fetchval("SELECT status::text FROM job") == "picked"
    async with working(empty_database_url, settings, Work(jobs=(Job("hang", note),))):
        await eventually(store, WAITING, 0)
    assert [row.who for row in await store.fetch("SELECT who FROM done ORDER BY at")] == ["killed worker", "worker"]


async def test_stopping_lets_a_job_finish_and_begins_no_other(empty_database_url, settings, store):
    begun, finish = asyncio.Event(), asyncio.Event()

    async def slow(tools, payload):
        begun.set()
        await finish.wait()
        await note(tools, payload)

    await enqueue(store, "slow", {"key": "first"})
    async with working(empty_database_url, settings, Work(jobs=(Job("slow", slow),))) as worker:
        await begun.wait()
        await worker.look_again(1)
        worker.stop.set()
        polling = (
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%SKIP LOCKED%' AND state = 'active'"
            " AND pid <> pg_backend_pid() AND datname = current_database()"
        )
        await eventually(store, polling, 0)
        await enqueue(store, "slow", {"key": "second"})
        finish.set()
    assert [row.key for row in await store.fetch("SELECT key FROM done")] == ["first"]
    assert await store.fetchval("SELECT status::text FROM job") == "queued"


async def test_a_due_schedule_runs_once_over_two_workers(empty_database_url, settings, store):
    async def nightly(tools):
        await note(tools, {"key": "nightly"})

    jobs = Work(schedules=(Schedule("nightly", "0 3 1 1 *", nightly),))
    await store.execute(
        "INSERT INTO job_schedule (expression, entrypoint, next_run) VALUES ('0 3 1 1 *', 'nightly', now())"
    )
    async with (
        working(empty_database_url, settings, jobs) as one,
        working(empty_database_url, settings, jobs) as other,
    ):
        await eventually(store, DONE, 1)
        await one.look_again()
        await other.look_again()
    assert await store.fetchval(DONE) == 1
    assert await store.fetchval("SELECT next_run > now() + interval '1 hour' FROM job_schedule")


@pytest.mark.slow
async def test_a_schedule_of_every_second_runs_no_oftener_with_two_workers(empty_database_url, settings, store):
    async def tick(tools):
        await note(tools, {"key": "tick"})

    jobs = Work(schedules=(Schedule("tick", "* * * * * *", tick),))
    async with working(empty_database_url, settings, jobs), working(empty_database_url, settings, jobs):
        await eventually(store, "SELECT count(*) > 4 FROM done", wanted=True)
    times = await store.fetchrow("SELECT count(*) AS ran, extract(epoch FROM max(at) - min(at)) AS took FROM done")
    assert times.ran <= times.took + 2


async def test_a_poll_goes_on_at_once_while_there_is_something(empty_database_url, settings, store):
    did, done = [], asyncio.Event()

    async def some(_tools):
        did.append(1)
        if len(did) == 8:
            done.set()
        return 1 if len(did) < 8 else 0

    async with working(empty_database_url, settings, Work(polls=(Poll("some", 3600, some),))):
        await asyncio.wait_for(done.wait(), 15)
    assert len(did) == 8


async def test_a_poll_goes_on_after_a_pause_and_after_a_fault(empty_database_url, settings, store):
    did, done = [], asyncio.Event()

    async def some(_tools):
        did.append(1)
        if len(did) == 2:
            raise RuntimeError
        if len(did) == 4:
            done.set()
        return 0

    async with working(empty_database_url, settings, Work(polls=(Poll("some", 0.01, some),))):
        await asyncio.wait_for(done.wait(), 15)


async def test_a_worker_outlives_its_database_connections(empty_database_url, settings, store):
    async with working(empty_database_url, settings, NOTE):
        await eventually(
            store,
            "SELECT count(*) > 0 FROM pg_stat_activity WHERE query LIKE '%FROM job%' AND datname = current_database()",
            wanted=True,
        )
        await store.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        )
        await enqueue(store, "note", {"key": "after"})
        await eventually(store, DONE, 1)


async def test_the_tables_are_what_the_installed_pgqueuer_expects(empty_database):
    plan = await queue_queries(_PollingDriver(empty_database.writes)).plan_upgrade()
    # All it misses is what tells listeners, which there are none of.
    assert [statement.split("(")[0].split(" ON ")[0].strip() for statement in plan.statements] != []
    assert all("job_changed" in statement for statement in plan.statements), plan.statements


def test_migrations_leave_the_queues_tables_alone():
    assert {"job", "job_log", "job_schedule", "job_statistics"} == QUEUE_TABLES


async def test_what_has_expired_is_deleted_and_nothing_else(empty_database, settings, store):
    shopper = await make_customer(store)
    await issue_customer_token(store, shopper.id, lifetime=-dt.timedelta(seconds=1))
    await issue_customer_token(store, shopper.id)
    for age in (36, 12):
        await store.execute(
            "INSERT INTO password_reset VALUES (sha256($1::text::bytea), 1, '', now() - $2::interval, now() - $3::interval)",
            str(age),
            dt.timedelta(hours=age + 1),
            dt.timedelta(hours=age),
        )
    for _ in range(2):
        await delete_expired_access(Tools(empty_database, settings))
        assert await store.fetchval("SELECT count(*) FROM customer_token") == 1
        assert await store.fetchval("SELECT count(*) FROM password_reset") == 1
    for schedule in WORK.schedules:
        await schedule.run(Tools(empty_database, settings))


async def test_a_signal_ends_a_worker_gracefully(empty_database_url, settings, store, capsys):
    ready = asyncio.Event()
    task = asyncio.create_task(work_until_signalled(settings, NOTE, ready.set))
    await ready.wait()
    await enqueue(store, "note", {"key": "x"})
    await eventually(store, DONE, 1)
    signal.raise_signal(signal.SIGTERM)
    await asyncio.wait_for(task, 10)
    told = capsys.readouterr().out
    assert [word for word in ("stopping", "stopped") if word in told] == ["stopping", "stopped"]
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().remove_signal_handler(number)


async def test_a_worker_inside_another_program(empty_database_url, settings, store):
    await enqueue(store, "note", {"key": "x"})
    async with running_worker(settings, NOTE):
        await eventually(store, DONE, 1)
