"""The memory of a worker does not grow with the rows of an export, whatever its format."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from customer_gql.administration.customer_grid.projection import CUSTOMER_GRID_ROW
from customer_gql.administration.exports.export_job import EXPORT_WORK
from customer_gql.core.actor import actor_of
from customer_gql.core.permissions import ALL_PERMISSIONS
from customer_gql.core.viewer import Viewer, ViewerKind
from customer_gql.messaging.jobs.runs.writes import Submission, submit_job
from support.processes import memory_of
from support.servers import only_proc
from support.staff import make_role, make_staff

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).parents[2] / "support" / "job_worker.py"
CUSTOMERS = 200_000
AT_ONCE = 50_000
MOST_MEBIBYTES = 64
COLUMNS = ["number", "name", "email", "group", "createdAt", "website", "status", "dateOfBirth", "orderCount", "gender"]
MAKE = """INSERT INTO customer (id, number, email, first_name, last_name, gender, date_of_birth, website_id, created_in_store_view_id,
  group_id, created_at, updated_at)
SELECT n, n, 'customer' || n || '@example.com', 'Zoë', 'Lindqvist ' || n, 'FEMALE', date '1979-10-31', 1, 1, 1, now(), now()
FROM generate_series($1::bigint, $2::bigint) AS n"""


async def export_by(process: Any, database: Any, viewer: Viewer, rows: int, format: str) -> float:
    """The most memory that the worker had meanwhile."""
    listed = {"grid": "CUSTOMERS", "columns": COLUMNS, "filter": {"number": {"lte": rows}}}
    permissions = ["customers.export", "customers.pii", "customers.read"]
    submission = Submission(EXPORT_WORK, {"list": listed, "permissions": permissions, "format": format}, "test", None)
    async with database.transaction() as connection:
        job_id = (await submit_job(connection, submission, by=actor_of(viewer))).job_id
    most, ends = 0.0, time.monotonic() + 300
    async with database.writes.acquire() as connection:
        while True:
            most = max(most, memory_of(process.pid))
            job = await connection.fetchrow("SELECT * FROM job_run WHERE id = $1", job_id)
            assert job is not None
            if job.finished_at is not None:
                assert (job.status, job.done_count) == ("DONE", rows)
                return most
            assert time.monotonic() < ends
            await asyncio.sleep(0.05)


@only_proc
async def test_the_memory_of_a_worker_does_not_grow_with_the_rows(empty_database, empty_database_url):
    async with empty_database.writes.acquire() as connection:
        for first in range(1, CUSTOMERS + 1, AT_ONCE):
            last = first + AT_ONCE - 1
            await connection.execute(MAKE, first, last)
            await CUSTOMER_GRID_ROW.recompute(connection, list(range(first, last + 1)))
        user = await make_staff(connection, await make_role(connection))
    viewer = Viewer(ViewerKind.STAFF, staff_id=user.id, permissions=frozenset(ALL_PERMISSIONS))
    process = subprocess.Popen([sys.executable, SCRIPT, empty_database_url])
    try:
        grown = {}
        for format in ("CSV", "JSON_LINES", "EXCEL_XML", "XLSX"):
            before = await export_by(process, empty_database, viewer, 1, format)
            grown[format] = await export_by(process, empty_database, viewer, CUSTOMERS, format) - before
    finally:
        process.kill()
        process.wait()
    assert max(grown.values()) < MOST_MEBIBYTES, grown
