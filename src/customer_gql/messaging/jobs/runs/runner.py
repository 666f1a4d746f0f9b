"""Workers claim jobs and do them batch by batch; after one died another goes on where that one
committed last (docs/domain/bulk-jobs.md#bulk-jobs-3)."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator
from typing import Any, Final

import asyncpg
import structlog
from sqlalchemy import case, func, literal, or_, select, update

from customer_gql.core.errors import Refusal, RuleError, UserErrorCode
from customer_gql.database.pools import Database
from customer_gql.database.record_versions import lock_record
from customer_gql.database.statements import Connection, Row, equals_any, execute_statement, fetch_rows, fetch_value
from customer_gql.messaging.jobs.work import Tools
from customer_gql.shop.settings.reads import setting

from .batches import AllRefused, LeaseLost, StoppedAtRow, run_batch, store_outcome, store_refused_whole
from .metrics import count_finished_job
from .settings import AT_ONCE, BATCH_ROWS
from .tables import ErrorPolicy, JobStatus, RowOutcome, job_run
from .writes import LEASE, JobLease

log = structlog.get_logger("jobs")
TURN_SECONDS: Final = 2.0
"""How long a worker goes on with the jobs it has claimed before it looks which are due."""
_BATCH_SECONDS: Final = 1.0
"""How long a batch is meant to take at most: a cancellation waits for the one that is under way."""
_TRIES: Final = 5
_BUSY: Final = (asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError, asyncpg.SerializationError)
_DISCONNECTED: Final = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
)
_ROW_FAILED: Final = Refusal(
    "job.row_failed",
    "This row could not be done because of a fault of the service. Retry the job.",
    UserErrorCode.NOT_ALLOWED,
)
_is_due = or_(job_run.c.leased_until.is_(None), job_run.c.leased_until < func.clock_timestamp())
_is_open = job_run.c.finished_at.is_(None)


async def run_due_jobs(tools: Tools) -> int:
    """Claim jobs that nobody works on, and go on with each for a while; how many. For a `Poll`."""
    leases = await _claim_jobs(tools.database)
    await asyncio.gather(*[_take_turn(tools.database, lease) for lease in leases])
    return len(leases)


async def _claim_jobs(database: Database) -> list[JobLease]:
    async with database.writes.acquire() as connection:
        if not await fetch_value(connection, select(select(job_run.c.id).where(_is_open, _is_due).exists())):
            return []
    async with database.transaction() as connection:
        # Two workers at one time would each find room for the last job.
        await lock_record(connection, "job_run")
        at_once = await setting(connection, AT_ONCE)
        due = await fetch_rows(
            connection,
            select(job_run.c.id, job_run.c.status)
            .where(_is_open, _is_due)
            .order_by(job_run.c.status == JobStatus.QUEUED.value, job_run.c.created_at, job_run.c.id)
            .limit(2 * at_once)
            .with_for_update(skip_locked=True),
        )
        running = select(func.count()).where(_is_open, job_run.c.status == JobStatus.RUNNING.value)
        room = at_once - await fetch_value(connection, running)
        begun = [row.id for row in due if row.status != JobStatus.QUEUED.value]
        waiting = [row.id for row in due if row.status == JobStatus.QUEUED.value]
        # One connection is left for everything else that the worker does.
        most = max(database.writes.get_max_size() - 1, 1)
        return await _lease_jobs(connection, [*begun, *waiting[: max(room, 0)]][:most])


async def _lease_jobs(connection: Connection, ids: list[int]) -> list[JobLease]:
    is_queued = job_run.c.status == JobStatus.QUEUED.value
    claimed = await fetch_rows(
        connection,
        update(job_run)
        .where(equals_any(job_run.c.id, ids))
        .values(
            fence=job_run.c.fence + 1,
            leased_until=func.clock_timestamp() + literal(LEASE),
            status=case((is_queued, JobStatus.RUNNING.value), else_=job_run.c.status),
            started_at=func.coalesce(job_run.c.started_at, func.clock_timestamp()),
        )
        .returning(job_run.c.id, job_run.c.fence),
    )
    return [JobLease(row.id, row.fence) for row in claimed]


async def _take_turn(database: Database, lease: JobLease) -> None:
    """A fault of the database leaves the job to the next one who claims it when the lease is over."""
    try:
        await work_on_job(database, lease, seconds=TURN_SECONDS)
    except LeaseLost:
        log.warning("lease lost", job_id=lease.job_id)
    except Exception as error:  # noqa: BLE001 - one job must not take the others along
        log.warning("job interrupted", job_id=lease.job_id, error=type(error).__name__)


async def work_on_job(database: Database, lease: JobLease, *, seconds: float) -> bool:
    """Do batches of a claimed job; whether it is finished. One that is not is given back after `seconds`."""
    ends = time.monotonic() + seconds
    async with _kept_lease(database, lease):
        walk = _Walk(database, lease)
        while not await walk.step():
            if time.monotonic() >= ends:
                await _set_lease(database, lease, func.clock_timestamp())
                return False
        return True


async def _set_lease(database: Database, lease: JobLease, until: Any) -> None:
    mine = update(job_run).where(job_run.c.id == lease.job_id, job_run.c.fence == lease.fence)
    async with database.writes.acquire() as connection:
        await execute_statement(connection, mine.values(leased_until=until))


@contextlib.asynccontextmanager
async def _kept_lease(database: Database, lease: JobLease) -> AsyncGenerator[None]:
    """Renew the lease while a batch takes longer than it. A process that stands still renews nothing."""

    async def renew() -> None:
        while True:
            await asyncio.sleep(LEASE.total_seconds() / 4)
            with contextlib.suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
                await _set_lease(database, lease, func.clock_timestamp() + literal(LEASE))

    task = asyncio.create_task(renew())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class _Walk:
    """One job, batch by batch. The size of a batch follows the time that the last one took, and a batch that fails is halved
    until the row at fault stands alone."""

    def __init__(self, database: Database, lease: JobLease) -> None:
        self._database = database
        self._lease = lease
        self._size = 0
        self._tries = 0
        self._policy = ErrorPolicy.SKIP

    async def step(self) -> bool:
        """Do one batch, or learn that it has to be smaller; whether the job is finished."""
        if not self._size:
            self._size = await self._choose_first_size()
        begun = time.monotonic()
        try:
            job = await run_batch(self._database, self._lease, self._size)
        except (LeaseLost, *_DISCONNECTED):
            raise
        except StoppedAtRow as stopped:
            self._size = stopped.place
            return False
        except AllRefused as refused:
            job = await store_refused_whole(self._database, self._lease, refused.results)
        except RuleError as refused:
            if self._policy is ErrorPolicy.STOP:
                self._size = 1
            job = await self._store_outcome(RowOutcome.REFUSED, refused)
        except Exception as error:  # noqa: BLE001 - whatever a row does, the others are done
            found = await self._judge_fault(error)
            if found is None:
                return False
            job = found
        self._tries = 0
        self._fit_size(time.monotonic() - begun)
        if job.finished_at is not None:
            count_finished_job(job)
        return job.finished_at is not None

    async def _choose_first_size(self) -> int:
        async with self._database.writes.acquire() as connection:
            self._most = await setting(connection, BATCH_ROWS)
            job = await fetch_rows(
                connection,
                select(job_run.c.error_policy, job_run.c.total_count).where(job_run.c.id == self._lease.job_id),
            )
        if not job:
            raise LeaseLost
        self._policy = ErrorPolicy(job[0].error_policy)
        if self._policy is ErrorPolicy.ALL_OR_NOTHING:
            self._most = job[0].total_count
        return self._most

    async def _judge_fault(self, error: Exception) -> Row | None:
        """The job when the row at fault is known; None when the batch is to be tried again, perhaps a smaller one."""
        if isinstance(error, _BUSY) and self._tries < _TRIES:
            self._tries += 1
            await asyncio.sleep(0.05 * self._tries)
            return None
        log.warning("batch failed", job_id=self._lease.job_id, rows=self._size, error=type(error).__name__)
        self._tries = 0
        if self._size > 1 and self._policy is not ErrorPolicy.ALL_OR_NOTHING:
            self._size //= 2
            return None
        return await self._store_outcome(RowOutcome.FAILED, _ROW_FAILED())

    async def _store_outcome(self, outcome: RowOutcome, refused: RuleError) -> Row:
        return await store_outcome(self._database, self._lease, self._size, outcome, refused)

    def _fit_size(self, seconds: float) -> None:
        if self._policy is not ErrorPolicy.ALL_OR_NOTHING:
            fitting = int(self._size * min(2.0, _BATCH_SECONDS / max(seconds, 0.001)))
            self._size = max(1, min(fitting, self._most))
