"""Workers that are killed while an import reads its file, and in the middle of its rows (docs/domain/import.md#import-25)."""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final

import pytest

from customer_gql.administration.customer_import.tables import COUNTS, ImportBehavior, ImportLayout
from customer_gql.administration.customer_import.uploads.receiving import find_own_upload, receive_upload
from customer_gql.administration.customer_import.writes import (
    NewImport,
    create_import,
    lock_visible_import,
    start_import,
)
from customer_gql.core.actor import Actor, actor_of
from customer_gql.core.permissions import ALL_PERMISSIONS
from customer_gql.core.viewer import Viewer, ViewerKind
from customer_gql.database.pools import Database, open_database
from customer_gql.messaging.jobs.runs.tables import PROCESSED, ErrorPolicy
from customer_gql.messaging.jobs.worker import running_worker
from customer_gql.schema.projections import PROJECTIONS
from customer_gql.schema.work import WORK
from customer_gql.settings import load_settings
from support.adobe_shop import ANN, HOME, sheet
from support.databases import cloned
from support.isolation import ask_for_every_field
from support.staff import make_role, make_staff

pytestmark = pytest.mark.slow

SCRIPT: Final = Path(__file__).parents[2] / "support" / "job_worker.py"
CUSTOMERS: Final = 6_000
EACH: Final = 10
"""Of so many rows one is refused, and one has a second row."""
CONTINUES_WITHIN: Final = 60
ADDRESS: Final = {f"_address_{name}": cell for name, cell in HOME.items() if not name.startswith("_")}
WITHIN_A_BATCH: Final = """SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'customer'::regclass AND mode = 'RowExclusiveLock'
  AND pid <> pg_backend_pid())"""


def make_file() -> bytes:
    rows: list[dict[str, str]] = []
    for number in range(CUSTOMERS):
        refused = number % EACH == 0
        person = ANN | ADDRESS | {"email": "nobody" if refused else f"killed.{number}@shop.example", "taxvat": "T1"}
        rows.append(person | {"_entity_id": str(number)})
    again = [row | {"taxvat": "T2"} for number, row in enumerate(rows) if number % EACH == 1]
    return sheet(*rows, *again).encode()


async def start(database: Database, settings: Any, by: Actor) -> tuple[int, int]:
    """The import and its job."""
    content = make_file()
    new = NewImport(
        layout=ImportLayout.ADOBE_COMPOSITE,
        behavior=ImportBehavior.ADD_UPDATE,
        error_policy=ErrorPolicy.SKIP,
        file_name="people.csv",
        size_bytes=len(content),
        website_id=None,
        options={},
    )

    async def chunks() -> AsyncIterator[bytes]:
        yield content

    async with database.transaction() as connection:
        key = await create_import(connection, new, by=by)
        imported = await find_own_upload(connection, key, by)
    await receive_upload(database, settings, imported, chunks(), by=by)
    async with database.transaction() as connection:
        locked = await lock_visible_import(connection, key, by=by)
        return key, await start_import(connection, locked, is_dry_run=False, by=by)


async def wait_until(connection: Any, condition: str, *values: object, seconds: float = 300) -> None:
    ends = time.monotonic() + seconds
    while not await connection.fetchval(f"SELECT {condition}", *values):
        assert time.monotonic() < ends, condition
        await asyncio.sleep(0.01)


async def kill_when(connection: Any, url: str, condition: str, *values: object) -> None:
    process = subprocess.Popen([sys.executable, SCRIPT, url])
    try:
        await wait_until(connection, condition, *values)
    finally:
        process.kill()
        process.wait()


async def test_workers_go_on_with_an_import_that_killed_ones_left(server: Any, template: str):
    async with AsyncExitStack() as stack:
        url = stack.enter_context(cloned(server, template))
        settings = load_settings(database_url=url)
        database = await stack.enter_async_context(
            open_database(url, read_connections=2, write_connections=4, projections=PROJECTIONS)
        )
        connection = await stack.enter_async_context(database.writes.acquire())
        await ask_for_every_field(connection)
        user = await make_staff(connection, await make_role(connection))
        by = actor_of(Viewer(ViewerKind.STAFF, staff_id=user.id, permissions=frozenset(ALL_PERMISSIONS)))
        import_id, job_id = await start(database, settings, by)
        read = "EXISTS (SELECT FROM pg_stat_progress_copy WHERE relid = 'import_row'::regclass)"
        await kill_when(connection, url, read)
        assert not await connection.fetchval("SELECT is_staged FROM customer_import WHERE id = $1", import_id)
        done = f"(SELECT {PROCESSED} FROM job_run WHERE id = $1)"
        await kill_when(connection, url, f"{done} > $2 AND ({WITHIN_A_BATCH})", job_id, CUSTOMERS // 3)
        left = await connection.fetchval(f"SELECT {done}", job_id)
        async with AsyncExitStack() as workers:
            for _ in range(2):
                await workers.enter_async_context(running_worker(settings, WORK))
            await wait_until(connection, f"{done} > $2", job_id, left, seconds=CONTINUES_WITHIN)
            ended = "(SELECT status = 'DONE' FROM customer_import WHERE id = $1)"
            await wait_until(connection, ended, import_id)
        await _check(connection, import_id, job_id)


async def _check(connection: Any, import_id: int, job_id: int) -> None:
    part = CUSTOMERS // EACH
    names = ", ".join(f"{name}_count" for name in COUNTS)
    counts = await connection.fetchrow(f"SELECT {names} FROM customer_import WHERE id = $1", import_id)
    assert tuple(counts) == (CUSTOMERS + part, CUSTOMERS - part, 0, 0, part, part)
    job = await connection.fetchrow("SELECT * FROM job_run WHERE id = $1", job_id)
    # The one that was killed in the middle of the rows had it, then another one.
    assert (job.status, job.fence > 1, job.total_count) == ("DONE", True, CUSTOMERS + part)
    assert (job.done_count, job.unchanged_count, job.refused_count) == (CUSTOMERS - part, part, part)
    lines = await connection.fetch("SELECT line FROM job_row WHERE job_id = $1 ORDER BY line", job_id)
    assert [row.line for row in lines] == list(range(1, CUSTOMERS + part + 1))
    stored = """SELECT c.tax_vat_number, c.version, count(a.id) AS addresses,
            (SELECT count(*) FROM customer_event e WHERE e.customer_id = c.id AND e.job_id = $1) AS entries,
            (SELECT count(*) FROM domain_event d WHERE d.customer_id = c.id AND d.job_id = $1) AS events
        FROM customer c LEFT JOIN address a ON a.customer_id = c.id WHERE c.email LIKE 'killed.%' GROUP BY c.id"""
    found = [tuple(row) for row in await connection.fetch(stored, job_id)]
    assert sorted(found) == [("T1", 1, 1, 1, 1)] * (CUSTOMERS - 2 * part) + [("T2", 1, 1, 1, 1)] * part
