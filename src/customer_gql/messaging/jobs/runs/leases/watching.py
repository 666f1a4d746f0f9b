"""While a worker does a job, it looks whether it may go on (docs/domain/bulk-jobs.md#bulk-jobs-8)."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator
from typing import Any, Final

import asyncpg
from sqlalchemy import func, literal, select, update

from customer_gql.database.pools import Database
from customer_gql.database.statements import execute_statement, fetch_value
from customer_gql.messaging.jobs.runs.tables import JobStatus, job_run
from customer_gql.messaging.jobs.runs.writes import LEASE, JobLease

CHECK_SECONDS: Final = 1.0
"""How often a worker looks whether the job was canceled or belongs to somebody else."""
_RENEWED_AFTER: Final = LEASE.total_seconds() / 4
_LOST: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)


class LeaseLost(Exception):
    """Somebody else goes on with the job; what this worker did since is rolled back."""


class JobCanceled(Exception):
    """Somebody canceled the job; what was under way is rolled back."""


async def set_lease(database: Database, lease: JobLease, until: Any) -> None:
    """Keep a job until then, where it was not claimed by somebody else."""
    async with database.writes.acquire() as connection:
        await execute_statement(connection, update(job_run).where(*_held(lease)).values(leased_until=until))


@contextlib.asynccontextmanager
async def watched_job(database: Database, lease: JobLease, *, heeds_cancellation: bool = True) -> AsyncGenerator[None]:
    """Renew the lease, and interrupt the block with `JobCanceled` or `LeaseLost`. A process that stands still renews nothing."""
    inside, found = asyncio.current_task(), list[Exception]()
    assert inside is not None

    async def watch() -> None:
        renewed = time.monotonic()
        while not found:
            await asyncio.sleep(CHECK_SECONDS)
            with contextlib.suppress(*_LOST):
                found.extend(await _find_interruption(database, lease, heeds_cancellation=heeds_cancellation))
                if time.monotonic() - renewed >= _RENEWED_AFTER:
                    await set_lease(database, lease, func.clock_timestamp() + literal(LEASE))
                    renewed = time.monotonic()
        inside.cancel()

    task = asyncio.create_task(watch())
    try:
        yield
    except asyncio.CancelledError:
        if found and not inside.uncancel():
            raise found[0] from None
        raise
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _find_interruption(database: Database, lease: JobLease, *, heeds_cancellation: bool) -> list[Exception]:
    async with database.writes.acquire() as connection:
        status = await fetch_value(connection, select(job_run.c.status).where(*_held(lease)))
    if status is None:
        return [LeaseLost()]
    return [JobCanceled()] if heeds_cancellation and status == JobStatus.CANCELING.value else []


def _held(lease: JobLease) -> Any:
    return job_run.c.id == lease.job_id, job_run.c.fence == lease.fence, job_run.c.finished_at.is_(None)
