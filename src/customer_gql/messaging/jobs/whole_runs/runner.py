"""Jobs that are done in one go, such as the file of an export: not row by row, so that nothing of one that ends early stays
(docs/domain/bulk-jobs.md#bulk-jobs-12)."""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import asyncpg
import structlog
from sqlalchemy import func, select, update

from customer_gql.core.errors import Forbidden, Refusal, RuleError, RuleErrors, UserErrorCode
from customer_gql.core.telemetry.spans import span
from customer_gql.database.record_versions import lock_record
from customer_gql.database.statements import (
    Connection,
    Row,
    equals_any,
    execute_statement,
    fetch_one,
    fetch_value,
    insert_rows,
)
from customer_gql.messaging.jobs.runs.batches import read_leased_job, read_work, tell_end
from customer_gql.messaging.jobs.runs.kinds import JobScope, WholeWork, list_whole_work
from customer_gql.messaging.jobs.runs.leases.claims import claim_canceled_job, is_due, is_open, lease_jobs, takes_room
from customer_gql.messaging.jobs.runs.leases.watching import JobCanceled, LeaseLost, watched_job
from customer_gql.messaging.jobs.runs.metrics import count_finished_job
from customer_gql.messaging.jobs.runs.reads import PROCESSED_COUNT
from customer_gql.messaging.jobs.runs.rights import ON_OWNER_LOST_ACCESS, find_scope
from customer_gql.messaging.jobs.runs.runner import take_turn
from customer_gql.messaging.jobs.runs.settings import AT_ONCE
from customer_gql.messaging.jobs.runs.tables import JobCancelReason, JobStatus, RowOutcome, count_of, job_row, job_run
from customer_gql.messaging.jobs.runs.writes import JobLease
from customer_gql.messaging.jobs.work import Tools
from customer_gql.shop.settings.reads import setting

log = structlog.get_logger("jobs")
MOST_CLAIMS: Final = 5
"""A job is given up when so many workers died with it."""
JOB_FAILED: Final = Refusal(
    "job.failed", "The job failed because of a fault of the service. Retry it.", UserErrorCode.NOT_ALLOWED
)


class _OwnerLostAccess(Exception):
    """The one who started the job may not do it any more."""


@dataclass(slots=True, eq=False)
class WholeRun:
    """One job while it is done. `finish` is called in the transaction that stores what it made."""

    tools: Tools
    lease: JobLease
    job: Row
    parameters: Any
    scope: JobScope
    finished: Row | None = field(default=None, init=False)

    async def start(self, count: int) -> None:
        """Store the number of rows that the job is for."""
        mine = update(job_run).where(job_run.c.id == self.job.id, job_run.c.fence == self.lease.fence)
        async with self.tools.database.writes.acquire() as connection:
            if not await execute_statement(connection, mine.values(total_count=count)):
                raise LeaseLost

    async def finish(self, connection: Connection, count: int, *, not_found: int = 0) -> None:
        """End the job with these numbers of rows done and not found. Raises, which rolls the transaction back, when the owner may not
        do it any more."""
        work, parameters = read_work(self.job)
        if await find_scope(connection, self.job, work, parameters) is None:
            raise _OwnerLostAccess
        self.finished = await _end_job(connection, self.lease, JobStatus.DONE, done=count, not_found=not_found)


async def run_due_whole_jobs(tools: Tools) -> int:
    """Claim a job that nobody works on and run it to its end; how many were claimed. It has a `Poll` of its own, so that a long job
    delays no other work."""
    lease = await _claim_job(tools)
    if lease is None:
        return 0
    try:
        await _run_job(tools, lease)
    except LeaseLost:
        log.warning("lease lost", job_id=lease.job_id)
    except asyncio.CancelledError:
        await asyncio.shield(_give_back(tools, lease))
        raise
    return 1


async def end_canceled_jobs(tools: Tools) -> int:
    """End a job that was canceled and that nobody works on, of any kind: those that run do not let it wait. For a `Poll`."""
    claimed = await claim_canceled_job(tools.database)
    if claimed is None:
        return 0
    lease, work = claimed
    if work not in list_whole_work():
        await take_turn(tools, lease)
    else:
        with contextlib.suppress(LeaseLost):
            await _run_job(tools, lease)
    return 1


async def _claim_job(tools: Tools) -> JobLease | None:
    is_whole = equals_any(job_run.c.work, list_whole_work())
    async with tools.database.writes.acquire() as connection:
        if not await fetch_value(connection, select(select(job_run.c.id).where(is_open, is_due, is_whole).exists())):
            return None
    async with tools.database.transaction() as connection:
        await lock_record(connection, "job_run")
        running = select(func.count()).where(*takes_room, ~is_due)
        has_room = await fetch_value(connection, running) < await setting(connection, AT_ONCE)
        is_begun = job_run.c.status != JobStatus.QUEUED.value
        due = await fetch_one(
            connection,
            select(job_run.c.id)
            .where(is_open, is_due, is_whole, *([] if has_room else [is_begun]))
            .order_by(is_begun.desc(), job_run.c.created_at, job_run.c.id)
            .limit(1)
            .with_for_update(skip_locked=True),
        )
        if due is None:
            return None
        [lease] = await lease_jobs(connection, [due.id], total_count=0)
        return lease


async def _run_job(tools: Tools, lease: JobLease) -> None:
    async with tools.database.writes.acquire() as connection:
        job = await read_leased_job(connection, lease)
    work, parameters = read_work(job)
    assert isinstance(work, WholeWork), "no other job was claimed"
    try:
        scope = await _find_scope(tools, job)
        run = WholeRun(tools, lease, job, parameters, scope)
        async with watched_job(tools.database, lease):
            with span("job", job=lease.work):
                await work.run(run)
        assert run.finished is not None, "the work finishes its job"
        count_finished_job(run.finished)
    except LeaseLost:
        raise
    except JobCanceled:
        await _end_early(tools, lease, JobStatus.CANCELED, JobCancelReason.REQUESTED)
    except (_OwnerLostAccess, Forbidden):
        await _end_early(tools, lease, JobStatus.CANCELED, JobCancelReason.OWNER_LOST_ACCESS)
    except RuleError as refused:
        await _end_early(tools, lease, JobStatus.FAILED, problems=[refused])
    except RuleErrors as several:
        await _end_early(tools, lease, JobStatus.FAILED, problems=several.errors)
    except Exception as error:
        log.warning("job failed", job_id=job.id, error=type(error).__name__)
        if _is_disconnected(error) and lease.fence < MOST_CLAIMS:
            raise
        await _end_early(tools, lease, JobStatus.FAILED, problems=[JOB_FAILED()])


async def _find_scope(tools: Tools, job: Row) -> JobScope:
    if job.status == JobStatus.CANCELING.value:
        raise JobCanceled
    if job.fence > MOST_CLAIMS:
        raise JOB_FAILED()
    work, parameters = read_work(job)
    async with tools.database.writes.acquire() as connection:
        scope = await find_scope(connection, job, work, parameters)
    if scope is None:
        raise _OwnerLostAccess
    return scope


def _is_disconnected(error: Exception) -> bool:
    return isinstance(
        error, (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.OperatorInterventionError)
    )


async def _give_back(tools: Tools, lease: JobLease) -> None:
    """Another worker goes on at once. The claim does not count as one of a worker that died: nothing of it runs any more, so the
    next one may have its number."""
    mine = update(job_run).where(job_run.c.id == lease.job_id, job_run.c.fence == lease.fence, is_open)
    with contextlib.suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
        async with tools.database.writes.acquire() as connection:
            given = mine.values(fence=job_run.c.fence - 1, leased_until=func.clock_timestamp())
            await execute_statement(connection, given)


async def _end_early(
    tools: Tools,
    lease: JobLease,
    status: JobStatus,
    reason: JobCancelReason | None = None,
    *,
    problems: Sequence[RuleError] = (),
) -> None:
    async with tools.database.transaction() as connection:
        job = await read_leased_job(connection, lease)
        if reason is JobCancelReason.OWNER_LOST_ACCESS:
            for tell in ON_OWNER_LOST_ACCESS:
                await tell(connection, job)
        if problems:
            rows = [_describe_problem(job.id, line, one) for line, one in enumerate(problems, 1)]
            await insert_rows(connection, job_row, rows)
        ended = await _end_job(connection, lease, status, reason=reason)
    count_finished_job(ended)


def _describe_problem(job_id: int, line: int, problem: RuleError) -> dict[str, Any]:
    told = {"key": problem.key, "params": problem.params, "path": list(problem.path) or None}
    return {"job_id": job_id, "line": line, "outcome": RowOutcome.FAILED.value, **told}


async def _end_job(
    connection: Connection,
    lease: JobLease,
    status: JobStatus,
    *,
    done: int = 0,
    not_found: int = 0,
    reason: JobCancelReason | None = None,
) -> Row:
    """The rows that it was for are done, or all of them failed or were canceled. Raises `LeaseLost`."""
    outcome = {JobStatus.FAILED: RowOutcome.FAILED, JobStatus.CANCELED: RowOutcome.CANCELED}.get(status)
    counts: dict[str, Any] = (
        {"total_count": done + not_found, "done_count": done, "not_found_count": not_found}
        if outcome is None
        else {count_of(outcome): job_run.c.total_count}
    )
    ended = await fetch_one(
        connection,
        update(job_run)
        .where(job_run.c.id == lease.job_id, job_run.c.fence == lease.fence, is_open)
        .values(
            **counts,
            status=status.value,
            cancel_reason=None if reason is None else func.coalesce(job_run.c.cancel_reason, reason.value),
            finished_at=func.clock_timestamp(),
        )
        .returning(job_run, PROCESSED_COUNT),
    )
    if ended is None:
        raise LeaseLost
    return await tell_end(connection, ended)
