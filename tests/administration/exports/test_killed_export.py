"""Workers that are killed in the middle of an export and of a schedule: others go on, with one whole file and one mail."""

import asyncio
import datetime as dt
import os
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from customer_gql.administration.export_schedules.runs import run_due_schedules
from customer_gql.administration.export_schedules.tables import export_schedule
from customer_gql.administration.exports.export_job import EXPORT_WORK
from customer_gql.core.actor import actor_of
from customer_gql.core.ids import new_id
from customer_gql.core.permissions import ALL_PERMISSIONS
from customer_gql.core.viewer import Viewer, ViewerKind
from customer_gql.database.record_versions import lock_record
from customer_gql.messaging.files.cleanup import delete_expired_files
from customer_gql.messaging.files.reads import find_readable_file
from customer_gql.messaging.files.store import FileStore
from customer_gql.messaging.jobs.runs.writes import Submission, submit_job
from customer_gql.messaging.jobs.work import Tools
from customer_gql.messaging.jobs.worker import running_worker
from customer_gql.schema.projections import PROJECTIONS
from customer_gql.schema.work import WORK
from customer_gql.settings import load_settings
from support.customers import put
from support.large_tables import CUSTOMERS
from support.staff import mails_to, make_role, make_staff

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).parents[2] / "support" / "job_worker.py"
CONTINUES_WITHIN = 60
MINUTE = 60
HOLDING = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))"
"""Unlike the list of connections, locks are read as they are in every statement of a transaction."""
FILES = "SELECT * FROM stored_file WHERE job_id = $1 ORDER BY id"
JOBS = "SELECT * FROM job_run WHERE work = 'lists.export' AND actor_id = $1"


class Shop:
    """A large shop, and a staff user who exports all its customers."""

    def __init__(self, database: Any, connection: Any, url: str, files: str, user: Any) -> None:
        self.database = database
        self.connection = connection
        self.url = url
        self.files = files
        self.user = user
        self.viewer = Viewer(ViewerKind.STAFF, staff_id=user.id, permissions=frozenset(ALL_PERMISSIONS))
        self.settings = load_settings(database_url=url, files=files)
        self.tools = Tools(database, self.settings, PROJECTIONS)

    @contextmanager
    def killed_worker(self) -> Generator[None]:
        """A worker of its own process, which is killed at the end of the block."""
        environment = {**os.environ, "CUSTOMER_GQL_FILES": self.files}
        process = subprocess.Popen([sys.executable, SCRIPT, self.url], env=environment)
        try:
            yield
        finally:
            process.kill()
            process.wait()

    async def finish_by_others(self, seconds: float = CONTINUES_WITHIN) -> Any:
        """The job, done by two workers soon enough."""
        finished = f"{JOBS} AND finished_at IS NOT NULL"
        async with running_worker(self.settings, WORK), running_worker(self.settings, WORK):
            return await wait_for(self.connection, finished, self.user.id, seconds=seconds)

    async def read_lines(self, file: Any) -> list[bytes]:
        readable = await find_readable_file(self.connection, file.id, self.viewer)
        assert readable is not None
        parts = FileStore(self.database, self.settings).read(readable)
        return b"".join([part async for part in parts]).splitlines()


@pytest.fixture(params=["database", "folder"])
async def shop(request: Any, large_shop: Any, server: Any, tmp_path: Path) -> AsyncGenerator[Shop]:
    async with large_shop.database.writes.acquire() as connection:
        url = server.url(await connection.fetchval("SELECT current_database()"))
        files = "database:" if request.param == "database" else f"file:{tmp_path / 'files'}"
        user = await make_staff(connection, await make_role(connection))
        yield Shop(large_shop.database, connection, url, files, user)


async def wait_for(connection: Any, query: str, *values: Any, seconds: float = CONTINUES_WITHIN) -> Any:
    """The first row."""
    ends = time.monotonic() + seconds
    while (row := await connection.fetchrow(query, *values)) is None:
        assert time.monotonic() < ends, query
        await asyncio.sleep(0.002)
    return row


async def submit_export(shop: Shop) -> int:
    given = {"list": {"grid": "CUSTOMERS", "columns": ["number", "email"]}, "format": "CSV"}
    parameters = {**given, "permissions": ["customers.export", "customers.pii", "customers.read"]}
    async with shop.database.transaction() as inner:
        submission = Submission(EXPORT_WORK, parameters, "test", None)
        return (await submit_job(inner, submission, by=actor_of(shop.viewer))).job_id


HOLD = {
    # The second part of the file.
    "part": "INSERT INTO stored_file_part (file_id, number, content) VALUES ($1, 1, '')",
    # All was written, and nothing was published.
    "publishing": "SELECT FROM stored_file WHERE id = $1 FOR UPDATE",
}


async def until_held(connection: Any, seconds: float = CONTINUES_WITHIN) -> None:
    """Wait until the worker waits for the transaction of this connection."""
    async with asyncio.timeout(seconds):
        while not await connection.fetchval(HOLDING):
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("shop", "held_at"),
    [("database", "part"), ("database", "publishing"), ("folder", "publishing")],  # a folder has no rows of parts
    indirect=["shop"],
)
async def test_others_write_the_whole_file_that_a_killed_worker_began(held_at, shop):
    job_id = await submit_export(shop)
    with ExitStack() as processes:
        processes.enter_context(shop.killed_worker())
        begun = await wait_for(shop.connection, FILES, job_id)
        async with shop.database.writes.acquire() as held, held.transaction():
            await held.execute(HOLD[held_at], begun.id)
            await until_held(held)
            processes.close()
    [half] = await shop.connection.fetch(FILES, job_id)
    assert half.stored_at is None
    assert await find_readable_file(shop.connection, half.id, shop.viewer) is None
    job = await shop.finish_by_others()
    assert (job.id, job.status, job.total_count, job.done_count) == (job_id, "DONE", CUSTOMERS + 1, CUSTOMERS + 1)
    [file] = [file for file in await shop.connection.fetch(FILES, job_id) if file.stored_at is not None]
    lines = await shop.read_lines(file)
    assert (len(lines), len(set(lines)), file.row_count) == (CUSTOMERS + 2, CUSTOMERS + 2, CUSTOMERS + 1)
    told = "SELECT count(*) FROM staff_event WHERE kind = 'EXPORTED' AND actor_id = $1"
    assert await shop.connection.fetchval(told, shop.user.id) == 1
    await shop.connection.execute(
        "UPDATE stored_file SET created_at = created_at - interval '25 h' WHERE id = $1", half.id
    )
    await delete_expired_files(shop.tools)
    assert [left.id for left in await shop.connection.fetch(FILES, job_id)] == [file.id]
    parts = "SELECT count(*) FROM stored_file_part WHERE file_id = $1"
    assert await shop.connection.fetchval(parts, half.id) == 0


async def make_schedule(shop: Shop) -> int:
    id = new_id()
    await put(
        shop.connection,
        export_schedule,
        id=id,
        owner_kind="STAFF",
        owner_id=shop.user.id,
        name="Nightly",
        list='{"grid": "CUSTOMERS", "columns": ["number"]}',
        format="CSV",
        frequency="DAILY",
        at=dt.time(6, 30),
        time_zone="UTC",
        next_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    )
    return id


async def test_a_schedule_whose_worker_is_killed_makes_one_file_and_one_mail(shop):
    schedule = await make_schedule(shop)
    is_begun = shop.settings.files_folder is not None
    if is_begun:
        await run_due_schedules(shop.tools)
    async with shop.database.writes.acquire() as held, held.transaction():
        with shop.killed_worker():
            if is_begun:  # when the job ends, and people are told
                await held.execute("SELECT FROM export_schedule WHERE id = $1 FOR UPDATE", schedule)
            else:  # when it becomes a job
                await lock_record(held, f"export:STAFF:{shop.user.id}")
            await until_held(held, 2 * MINUTE)
    assert [job.finished_at for job in await shop.connection.fetch(JOBS, shop.user.id)] == [None] * is_begun
    # A schedule that has not become a job is looked at again in the next minute.
    job = await shop.finish_by_others(CONTINUES_WITHIN if is_begun else MINUTE + CONTINUES_WITHIN)
    assert (job.status, job.done_count) == ("DONE", CUSTOMERS + 1)
    assert len(await shop.connection.fetch(JOBS, shop.user.id)) == 1
    [file] = [file for file in await shop.connection.fetch(FILES, job.id) if file.stored_at is not None]
    assert len(await shop.read_lines(file)) == CUSTOMERS + 2
    assert await mails_to(shop.connection, shop.user) == ["export_ready"]
    row = await shop.connection.fetchrow("SELECT state, last_job_id FROM export_schedule WHERE id = $1", schedule)
    assert tuple(row) == ("READY", job.id)
