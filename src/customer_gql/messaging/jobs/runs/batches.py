"""A batch of a job: what is done to its rows, their outcomes and the progress of the job commit together
(docs/domain/bulk-jobs.md#bulk-jobs-2)."""

import contextlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson
from sqlalchemy import (
    BigInteger,
    Boolean,
    bindparam,
    case,
    func,
    insert,
    literal,
    literal_column,
    select,
    update,
)

from customer_gql.core.errors import RuleError
from customer_gql.database.pools import Database
from customer_gql.database.statements import (
    Connection,
    Row,
    compile_statement,
    execute_statement,
    fetch_one,
    fetch_rows,
)
from customer_gql.database.transactions import transaction
from customer_gql.messaging.jobs.work import Tools

from .kinds import JOB_WORK, BatchWork, JobWork, PreparedRows, RowId, RowResult, RowSubject
from .leases.watching import LeaseLost
from .progress.statements import advance_statement
from .reads import ONE_JOB, PROCESSED_COUNT, select_lines
from .rights import ON_JOB_FINISHED, ON_OWNER_LOST_ACCESS, find_scope
from .tables import ErrorPolicy, JobCancelReason, JobStatus, RowOutcome, count_of, job_row, job_run
from .writes import LEASE, JobLease

CANCELED_AT_ONCE: Final = 50_000
"""Rows that are marked as canceled together; nothing else is done to them."""
_STOPPING: Final = (RowOutcome.REFUSED, RowOutcome.FAILED)
_LINES: Final = compile_statement(select_lines())
_job_id: Any = bindparam("job_id", type_=BigInteger())
_lines = select_lines().subquery("lines")
_CANCEL_ROWS: Final = compile_statement(
    insert(job_row).from_select(
        ["job_id", "line", "customer_id", "company_id", "order_id", "outcome"],
        select(
            _job_id,
            _lines.c.line,
            case((bindparam("names_customers", type_=Boolean()), _lines.c.id)),
            case((bindparam("names_companies", type_=Boolean()), _lines.c.id)),
            _lines.c.record_id,
            literal_column(f"'{RowOutcome.CANCELED.value}'"),
        ),
    )
)


class StoppedAtRow(Exception):
    """A row of the batch ends the job, so that only those before it may be done together. `place` counts them."""

    def __init__(self, place: int) -> None:
        super().__init__(place)
        self.place = place


class AllRefused(Exception):
    """One row is refused, so that none may be done. `results` are those of all rows."""

    def __init__(self, results: Sequence[RowResult]) -> None:
        super().__init__()
        self.results = results


async def run_batch(tools: Tools, lease: JobLease, size: int) -> Row:
    """Do the next rows; the job as it is then. Raises `LeaseLost`, `StoppedAtRow`, `AllRefused`, and what the work raises:
    nothing of the batch is stored then."""
    async with tools.database.transaction() as connection:
        job = await read_leased_job(connection, lease)
        if job.finished_at is not None:
            return job
        if job.status == JobStatus.CANCELING.value:
            return await _cancel_rows(connection, lease, job)
        work, parameters = _read_batch_work(job)
        scope = await find_scope(connection, job, work, parameters)
        if scope is None:
            for tell in ON_OWNER_LOST_ACCESS:
                await tell(connection, job)
            return await _advance_job(connection, lease, {}, ends_for=JobCancelReason.OWNER_LOST_ACCESS)
        if work.prepare is not None and not job.total_count:
            return await _store_prepared(connection, lease, await work.prepare(tools, connection, job, scope))
        lines = await _read_lines(connection, job, size)
        is_rolled_back = job.is_dry_run and work.rolls_back
        async with transaction(connection, dry_run=True) if is_rolled_back else contextlib.nullcontext():
            results = await work.run_batch(connection, parameters, [_read_row_id(row) for row in lines], scope)
        if len(results) > len(lines):
            lines = await _read_lines(connection, job, len(results))
        lines = lines[: len(results)]
        place = None if work.judges_errors else _find_stop(results)
        policy = ErrorPolicy(job.error_policy)
        if place is not None and policy is ErrorPolicy.ALL_OR_NOTHING:
            raise AllRefused(results)
        if place and policy is ErrorPolicy.STOP:
            raise StoppedAtRow(place)
        stops = place is not None and policy is ErrorPolicy.STOP
        if stops and len(results) > 1:
            raise StoppedAtRow(1)
        # Work that judges errors itself has taken back what it did.
        fails = policy is ErrorPolicy.ALL_OR_NOTHING and _find_stop(results) is not None
        ends_for = JobCancelReason.STOPPED_AT_ERROR if stops else None
        return await _store_results(connection, lease, lines, results, ends_for=ends_for, fails=fails)


async def store_outcome(
    database: Database, lease: JobLease, size: int, outcome: RowOutcome, refused: RuleError | None
) -> Row:
    """Give the next rows one outcome, without doing anything to them. A job that could not find its rows fails."""
    async with database.transaction() as connection:
        job = await read_leased_job(connection, lease)
        if not job.total_count:
            return await _store_prepared(connection, lease, PreparedRows(0, fails=True))
        lines = await _read_lines(connection, job, size)
        policy = ErrorPolicy(job.error_policy)
        subject = _read_batch_work(job)[0].subject
        results = [RowResult.of(subject, _read_row_id(row), outcome, refused) for row in lines]
        ends_for = JobCancelReason.STOPPED_AT_ERROR if policy is ErrorPolicy.STOP else None
        fails = policy is ErrorPolicy.ALL_OR_NOTHING
        return await _store_results(connection, lease, lines, results, ends_for=ends_for, fails=fails)


async def store_refused_whole(database: Database, lease: JobLease, results: Sequence[RowResult]) -> Row:
    """End a job of which every row or none was to be done: those that are refused, and the others, which are canceled."""
    async with database.transaction() as connection:
        job = await read_leased_job(connection, lease)
        lines = await _read_lines(connection, job, job.total_count)
        told = [
            one
            if one.outcome in (*_STOPPING, RowOutcome.NOT_FOUND)
            else one._replace(outcome=RowOutcome.CANCELED, refused=None)
            for one in results
        ]
        return await _store_results(connection, lease, lines, told, fails=True)


def read_work(job: Row) -> tuple[JobWork, Mapping[str, Any]]:
    """What a job does, and what it does that with."""
    return JOB_WORK[job.work], orjson.loads(job.parameters)


def _read_batch_work(job: Row) -> tuple[BatchWork, Mapping[str, Any]]:
    work, parameters = read_work(job)
    assert isinstance(work, BatchWork), "the other jobs are not claimed for batches"
    return work, parameters


async def read_leased_job(connection: Connection, lease: JobLease) -> Row:
    job = await fetch_one(connection, ONE_JOB, job_id=lease.job_id)
    if job is None or job.fence != lease.fence:
        raise LeaseLost
    return job


async def _read_lines(connection: Connection, job: Row, size: int) -> list[Row]:
    lines = await fetch_rows(connection, _LINES, job_id=job.id, after=job.processed_count, most=size)
    assert lines, "a job that is not finished has rows left"
    return lines


def _read_row_id(line: Row) -> RowId:
    return line.id if line.record_id is None else (line.id, line.record_id)


def _find_stop(results: Sequence[RowResult]) -> int | None:
    return next((place for place, one in enumerate(results) if one.outcome in _STOPPING), None)


async def _store_results(
    connection: Connection,
    lease: JobLease,
    lines: Sequence[Row],
    results: Sequence[RowResult],
    *,
    ends_for: JobCancelReason | None = None,
    fails: bool = False,
) -> Row:
    rows = [_describe_result(line, one) for line, one in zip(lines, results, strict=True)]
    counts = Counter(one.outcome for one in results)
    return await _advance_job(connection, lease, counts, rows=rows, ends_for=ends_for, fails=fails)


def _describe_result(line: Row, result: RowResult) -> dict[str, Any]:
    refused = result.refused
    told = {} if refused is None else {"key": refused.key, "params": refused.params, "path": refused.path or None}
    about = {"customer_id": result.customer_id, "company_id": result.company_id, "order_id": result.order_id}
    return {"line": line.line, **about, "outcome": result.outcome.value, **told}


async def _cancel_rows(connection: Connection, lease: JobLease, job: Row) -> Row:
    given = {"job_id": job.id, "after": job.processed_count, "most": CANCELED_AT_ONCE}
    subject = _read_batch_work(job)[0].subject
    of_customer = (RowSubject.CUSTOMER, RowSubject.ORDER)
    given |= {"names_customers": subject in of_customer, "names_companies": subject is RowSubject.COMPANY}
    canceled = await execute_statement(connection, _CANCEL_ROWS, **given)
    return await _advance_job(connection, lease, {RowOutcome.CANCELED: canceled})


async def _store_prepared(connection: Connection, lease: JobLease, prepared: PreparedRows | None) -> Row:
    """Let a job that waits for its rows go on with the next step, or with the rows."""
    values: dict[str, Any] = {} if prepared is None else {"total_count": prepared.count}
    kept = {"leased_until": func.clock_timestamp() + literal(LEASE)}
    mine = update(job_run).where(job_run.c.id == lease.job_id, job_run.c.fence == lease.fence)
    job = await fetch_one(connection, mine.values(**values, **kept).returning(job_run, PROCESSED_COUNT))
    if job is None:
        raise LeaseLost
    if prepared is None or (prepared.count and not (prepared.ends_for or prepared.fails)):
        return job
    return await _advance_job(connection, lease, {}, ends_for=prepared.ends_for, fails=prepared.fails)


async def _advance_job(
    connection: Connection,
    lease: JobLease,
    counts: Mapping[RowOutcome, int],
    *,
    rows: Sequence[Mapping[str, Any]] | None = None,
    ends_for: JobCancelReason | None = None,
    fails: bool = False,
) -> Row:
    """Count the rows, store the outcomes that are given, and end a job that has none left. With `ends_for` the rows that are left are canceled.

    Raises `LeaseLost` for a job that somebody else has claimed, which takes back everything in the transaction.
    """
    added = {f"added_{count_of(outcome)}": counts.get(outcome, 0) for outcome in RowOutcome}
    of_lease = {"job_id": lease.job_id, "fence": lease.fence, "lease": LEASE}
    reason = None if ends_for is None else ends_for.value
    statement = advance_statement(reason, fails=fails, stores_rows=rows is not None)
    given = {} if rows is None else {"rows": orjson.dumps(rows).decode()}
    advanced = await fetch_one(connection, statement, **of_lease, **added, **given)
    if advanced is None:
        raise LeaseLost
    return await tell_end(connection, advanced)


async def tell_end(connection: Connection, job: Row) -> Row:
    """Let the slices above know that a job ended, in the transaction that ends it."""
    for tell in ON_JOB_FINISHED if job.finished_at is not None else ():
        await tell(connection, job)
    return job
