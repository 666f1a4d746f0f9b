"""Workers claim jobs and do them batch by batch; after one died another goes on where that one
committed last (docs/domain/bulk-jobs.md#bulk-jobs-3)."""

import asyncio
import contextlib
import datetime as dt
import time
from typing import Final

import asyncpg
import structlog
from sqlalchemy import BigInteger, bindparam, func, literal, select

from customer_gql.core.errors import Refusal, RuleError, UserErrorCode
from customer_gql.core.telemetry.spans import span
from customer_gql.database.statements import Row, compile_statement, fetch_one
from customer_gql.messaging.jobs.work import Tools
from customer_gql.shop.settings.reads import select_global_value

from .batches import AllRefused, StoppedAtRow, run_batch, store_outcome, store_refused_whole
from .kinds import TryLater
from .leases.claims import claim_jobs
from .leases.watching import JobCanceled, LeaseLost, set_lease, watched_job
from .metrics import count_finished_job
from .settings import BATCH_ROWS
from .tables import ErrorPolicy, RowOutcome, job_run
from .writes import JobLease

log = structlog.get_logger("jobs")
TURN_SECONDS: Final = 2.0
"""How long a worker goes on with the jobs it has claimed before it looks which are due."""
_BATCH_SECONDS: Final = 1.0
"""How long a batch is meant to take at most; it holds its locks as long."""
_PAUSE_SECONDS: Final = 0.5
_PAUSE: Final = dt.timedelta(seconds=_PAUSE_SECONDS)
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
_SIZES: Final = compile_statement(
    select(job_run.c.error_policy, job_run.c.total_count, select_global_value(BATCH_ROWS).label("batch_rows")).where(
        job_run.c.id == bindparam("job_id", type_=BigInteger())
    )
)
_ROW_FAILED: Final = Refusal(
    "job.row_failed",
    "This row could not be done because of a fault of the service. Retry the job.",
    UserErrorCode.NOT_ALLOWED,
)


async def run_due_jobs(tools: Tools) -> int:
    """Claim jobs that nobody works on, and go on with each for a while; how many. For a `Poll`."""
    leases = await claim_jobs(tools.database)
    await asyncio.gather(*[take_turn(tools, lease) for lease in leases])
    return len(leases)


async def take_turn(tools: Tools, lease: JobLease, *, seconds: float = TURN_SECONDS) -> None:
    """Go on with a claimed job for a while. A fault of the database or of the storage of files leaves it to the next one who claims
    it."""
    try:
        with span("job", job=lease.work):
            await work_on_job(tools, lease, seconds=seconds)
    except LeaseLost:
        log.warning("lease lost", job_id=lease.job_id)
    except Exception as error:  # noqa: BLE001 - one job must not take the others along
        log.warning("job interrupted", job_id=lease.job_id, error=type(error).__name__)
        # Nothing of it runs any more. Where the database does not answer, it is free when the lease is over.
        with contextlib.suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
            await set_lease(tools.database, lease, func.clock_timestamp() + literal(_PAUSE))


async def work_on_job(tools: Tools, lease: JobLease, *, seconds: float) -> bool:
    """Do batches of a claimed job; whether it is finished. One that is not is given back after `seconds`."""
    ends = time.monotonic() + seconds
    walk = _Walk(tools, lease)
    while not await walk.step():
        if time.monotonic() >= ends:
            await set_lease(tools.database, lease, func.clock_timestamp())
            return False
    return True


class _Walk:
    """One job, batch by batch. The size of a batch follows the time that the last one took, and a batch that fails is halved
    until the row at fault stands alone."""

    def __init__(self, tools: Tools, lease: JobLease) -> None:
        self._tools = tools
        self._database = tools.database
        self._lease = lease
        self._size = 0
        self._tries = 0
        self._policy = ErrorPolicy.SKIP
        self._is_canceling = False

    async def step(self) -> bool:
        """Do one batch, or learn that it has to be smaller; whether the job is finished."""
        if not self._size:
            self._size = await self._choose_first_size()
        begun = time.monotonic()
        try:
            # To cancel what is left is not interrupted in its turn.
            async with watched_job(self._database, self._lease, heeds_cancellation=not self._is_canceling):
                job = await run_batch(self._tools, self._lease, self._size)
        except (LeaseLost, *_DISCONNECTED):
            raise
        except (StoppedAtRow, TryLater, JobCanceled) as interrupted:
            await self._heed(interrupted)
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
        self._fit_size(job, time.monotonic() - begun)
        if job.finished_at is not None:
            count_finished_job(job)
        return job.finished_at is not None

    async def _heed(self, interrupted: StoppedAtRow | TryLater | JobCanceled) -> None:
        match interrupted:
            case StoppedAtRow():
                self._size = interrupted.place
            case JobCanceled():
                self._is_canceling = True
            case TryLater():
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _choose_first_size(self) -> int:
        async with self._database.writes.acquire() as connection:
            job = await fetch_one(connection, _SIZES, job_id=self._lease.job_id)
        if job is None:
            raise LeaseLost
        self._most, self._policy = job.batch_rows, ErrorPolicy(job.error_policy)
        if self._policy is ErrorPolicy.ALL_OR_NOTHING:
            self._most = job.total_count
        return min(self._most, job.total_count or self._most)

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

    def _fit_size(self, job: Row, seconds: float) -> None:
        if job.total_count and self._policy is not ErrorPolicy.ALL_OR_NOTHING:
            fitting = int(self._size * min(2.0, _BATCH_SECONDS / max(seconds, 0.001)))
            self._size = max(1, min(fitting, self._most))
