"""A job is submitted with the rows that it is for, canceled, and retried (docs/domain/bulk-jobs.md#bulk-jobs-1)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from sqlalchemy import Integer, and_, func, literal, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from customer_gql.core.actor import Actor
from customer_gql.core.errors import IdempotencyConflict, Refusal, RuleError, UserErrorCode
from customer_gql.core.ids import new_id
from customer_gql.core.values.idempotency_keys import hash_input, validate_idempotency_key
from customer_gql.database.statements import (
    AnySelect,
    Connection,
    Row,
    equals_any,
    execute_statement,
    fetch_one,
    fetch_value,
)

from .kinds import JOB_WORK, BatchWork, JobWork, WholeWork
from .parts import FreezeRows, count_rows, freeze_again, freeze_selected, freeze_whole
from .reads import ONE_JOB, is_visible_job, select_other_undo
from .tables import IDS_OF_A_PART, ErrorPolicy, JobCancelReason, JobStatus, RowOutcome, job_part, job_row, job_run

LEASE: Final = dt.timedelta(seconds=20)
"""How long a worker that shows no sign of life keeps a job; each batch and each sign begins it again."""

_NOT_FOUND: Final = Refusal("job.not_found", "There is no such job.", UserErrorCode.NOT_FOUND)
_FINISHED: Final = Refusal("job.finished", "The job is finished.", UserErrorCode.NOT_ALLOWED)
_NOT_FINISHED: Final = Refusal(
    "job.not_finished", "The job is not finished. Wait for it, or cancel it first.", UserErrorCode.NOT_ALLOWED
)
_NOTHING_TO_RETRY: Final = Refusal(
    "job.nothing_to_retry", "No row of the job failed or was canceled.", UserErrorCode.NOT_ALLOWED
)
_NOT_UNDOABLE: Final = Refusal("undo.not_possible", "What this job did cannot be undone.", UserErrorCode.NOT_ALLOWED)
_NOTHING_DONE: Final = Refusal(
    "undo.nothing_done", "The job changed nothing that could be undone.", UserErrorCode.NOT_ALLOWED
)
_UNDONE: Final = Refusal("undo.undone_already", "This job was undone already.", UserErrorCode.NOT_ALLOWED)
NO_ROWS: Final = Refusal("selection.empty", "Select at least one record.", UserErrorCode.REQUIRED)
MAX_IN_ONE_TRANSACTION: Final = 10_000
"""More rows would be locked too long, and all of them lost to one fault."""
_TOO_MANY_FOR_ONE: Final = Refusal(
    "job.too_many_in_one_transaction",
    "The error policy ALL_OR_NOTHING takes at most {limit} rows, but there are {count}. Select fewer, or choose another "
    "error policy.",
    UserErrorCode.TOO_MANY,
)
_RETRIED: Final = (RowOutcome.FAILED, RowOutcome.CANCELED)


@dataclass(frozen=True, slots=True)
class JobLease:
    """The right to go on with a job, for the one who claimed it last."""

    job_id: int
    fence: int


@dataclass(frozen=True, slots=True)
class Submission:
    """What is asked for. `key` and `body` tell a repeat of the same request; `operation` is the root that it came to."""

    work: JobWork
    parameters: Mapping[str, Any]
    operation: str
    freeze_rows: FreezeRows | None
    """None for rows that the work prepares."""
    error_policy: ErrorPolicy = ErrorPolicy.SKIP
    key: str | None = None
    body: Any = None
    retry_of: int | None = None
    undo_of: int | None = None
    is_dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Submitted:
    """`lease` is that of the submitter, who has the job begin; None for a job that waits for a worker, or is not new."""

    job_id: int
    is_new: bool
    lease: JobLease | None = None


async def submit_job(connection: Connection, submission: Submission, *, by: Actor, at_once: int = 0) -> Submitted:
    """A new job, or the one that the same caller got for the same key and input. One of up to `at_once` rows is the
    submitter's to do.

    Raises `IdempotencyConflict` for a key that was used with another input, and `RuleError` when there is no row or too
    many of them.
    """
    if submission.key is not None:
        validate_idempotency_key(submission.key)
    input_hash = hash_input(submission.body)
    job_id = new_id()
    row = _describe_job(job_id, submission, input_hash, by=by)
    made = await fetch_value(connection, upsert(job_run).values(row).on_conflict_do_nothing().returning(job_run.c.id))
    if made is None:
        return await _find_submitted(connection, submission, input_hash, by=by)
    if submission.work.on_submit is not None:
        await submission.work.on_submit(connection, submission, job_id)
    if submission.freeze_rows is None:
        return Submitted(job_id, True)
    await submission.freeze_rows(connection, job_id)
    count = await fetch_value(connection, count_rows(job_part, job_part.c.job_id == job_id))
    if not count:
        raise NO_ROWS(path=["selection"])
    validate_row_count(submission.error_policy, count)
    begun = {
        "status": JobStatus.RUNNING.value,
        "fence": 1,
        "leased_until": func.clock_timestamp() + literal(LEASE),
        "started_at": func.clock_timestamp(),
    }
    begins = count <= at_once
    counted = update(job_run).where(job_run.c.id == job_id).values(total_count=count, **(begun if begins else {}))
    await execute_statement(connection, counted)
    return Submitted(job_id, True, JobLease(job_id, 1) if begins else None)


def validate_row_count(policy: ErrorPolicy, count: int) -> None:
    """Raises a `RuleError` for more rows than one transaction does."""
    if policy is ErrorPolicy.ALL_OR_NOTHING and count > MAX_IN_ONE_TRANSACTION:
        raise _TOO_MANY_FOR_ONE(path=["errorPolicy"], limit=MAX_IN_ONE_TRANSACTION, count=count)


def _describe_job(job_id: int, submission: Submission, input_hash: int, *, by: Actor) -> dict[str, Any]:
    assert by.viewer is not None, "a job belongs to somebody"
    websites = by.viewer.website_ids
    return {
        "id": job_id,
        "kind": submission.work.kind.value,
        "work": submission.work.name,
        "parameters": orjson.dumps(submission.parameters).decode(),
        "status": JobStatus.QUEUED.value,
        "error_policy": submission.error_policy.value,
        "actor": by.kind.value,
        "actor_id": by.id,
        "address": by.address,
        "permissions": sorted(by.viewer.permissions),
        "website_ids": None if websites is None else sorted(websites),
        "operation": submission.operation,
        "idempotency_key": submission.key,
        "input_hash": input_hash,
        "retry_of_id": submission.retry_of,
        "undo_of_id": submission.undo_of,
        "is_dry_run": submission.is_dry_run,
        "total_count": 0,
    }


async def _find_submitted(connection: Connection, submission: Submission, input_hash: int, *, by: Actor) -> Submitted:
    key = {"operation": submission.operation, "idempotency_key": submission.key}
    found = await fetch_one(
        connection,
        select(job_run.c.id, job_run.c.input_hash).filter_by(actor=by.kind.value, actor_id=by.id, **key),
    )
    assert found is not None, "only the key can be there already"
    if found.input_hash != input_hash:
        raise IdempotencyConflict("This idempotencyKey was used for another request. Use a new key.")
    return Submitted(found.id, False)


async def find_visible_job(connection: Connection, job_id: int, *, by: Actor) -> Row:
    """Raises the same for a job that is unknown and for one that the actor does not see."""
    job = await fetch_one(connection, ONE_JOB, job_id=job_id)
    if job is None or by.viewer is None or not is_visible_job(job, by, by.viewer):
        raise _NOT_FOUND(path=["id"])
    return job


async def cancel_job(connection: Connection, job_id: int, *, by: Actor) -> None:
    """Have a job end; who works on it takes back the batch that is under way. A repeat changes nothing."""
    await find_visible_job(connection, job_id, by=by)
    status = await fetch_value(
        connection,
        update(job_run)
        .where(job_run.c.id == job_id, job_run.c.finished_at.is_(None))
        .values(
            status=JobStatus.CANCELING.value,
            cancel_reason=func.coalesce(job_run.c.cancel_reason, JobCancelReason.REQUESTED.value),
        )
        .returning(job_run.c.status),
    )
    if status is None:
        raise _FINISHED(path=["id"])


def listed_rows(job_id: int) -> AnySelect:
    """The rows of a job that have an outcome, by their lines, since a row may be about nobody."""
    first_line = job_row.c.line - (job_row.c.line - literal_column("1", Integer())) % IDS_OF_A_PART
    listed = job_part.c.customer_ids[job_row.c.line - job_part.c.first_line + literal_column("1", Integer())]
    return (
        select(listed.label("id"), job_row.c.line.label("place"))
        .select_from(
            job_row.join(job_part, and_(job_part.c.job_id == job_row.c.job_id, job_part.c.first_line == first_line))
        )
        .where(job_row.c.job_id == job_id)
    )


def _gone() -> RuleError:
    """An old job loses its rows before it is deleted itself."""
    return _NOT_FOUND(path=["id"])


def _rows_to_retry(job_id: int) -> AnySelect:
    return listed_rows(job_id).where(equals_any(job_row.c.outcome, [outcome.value for outcome in _RETRIED]))


async def retry_job(
    connection: Connection, job: Row, work: JobWork, *, operation: str, key: str | None, by: Actor
) -> Submitted:
    """A job for the rows that failed or were canceled, in the name of who asks now."""
    if job.finished_at is None:
        raise _NOT_FINISHED(path=["id"])
    is_whole = isinstance(work, WholeWork)
    if job.status == JobStatus.DONE.value if is_whole else not job.failed_count + job.canceled_count:
        raise _NOTHING_TO_RETRY(path=["id"])
    left = freeze_whole(freeze_selected(_rows_to_retry(job.id)), job.failed_count + job.canceled_count, _gone())
    submission = Submission(
        work,
        orjson.loads(job.parameters),
        operation,
        await freeze_again(connection, job.id) if is_whole else left,
        ErrorPolicy(job.error_policy),
        key,
        {"job": job.id},
        retry_of=job.id,
        is_dry_run=job.is_dry_run,
    )
    return await submit_job(connection, submission, by=by)


def find_undo_refusal(job: Row, *, is_undone: bool = False) -> RuleError | None:
    """Why a job cannot be undone (docs/domain/bulk-jobs.md#bulk-jobs-11)."""
    if job.is_dry_run or _find_undo(job) is None:
        return _NOT_UNDOABLE()
    if job.finished_at is None:
        return _NOT_FINISHED()
    if not job.done_count:
        return _NOTHING_DONE()
    return _UNDONE() if is_undone else None


def _find_undo(job: Row) -> str | None:
    """The name of the work that takes back what a job did."""
    work = JOB_WORK.get(job.work)
    return work.find_undo(orjson.loads(job.parameters)) if isinstance(work, BatchWork) else None


def _rows_done(job_id: int) -> AnySelect:
    done = func.coalesce(job_row.c.customer_id, job_row.c.company_id).label("id")
    return select(done, job_row.c.line.label("place")).where(
        job_row.c.job_id == job_id, job_row.c.outcome == RowOutcome.DONE.value
    )


async def undo_job(
    connection: Connection, job: Row, *, key: str | None, by: Actor, at_once: int, dry_run: bool
) -> Submitted:
    """A job that takes back what another one did, in the name of who asks now. With `dry_run` it stores outcomes alone, and the
    key is left for the job that does it."""
    refusal = find_undo_refusal(job)
    if refusal is not None:
        raise refusal.at(["id"])
    # Of two at one time the other one waits here, and finds the first.
    await execute_statement(connection, select(job_run.c.id).where(job_run.c.id == job.id).with_for_update())
    name = _find_undo(job)
    assert name is not None, "it was judged above"
    submission = Submission(
        JOB_WORK[name],
        {**orjson.loads(job.parameters), "undone_job": job.id},
        "jobUndo",
        freeze_whole(freeze_selected(_rows_done(job.id)), job.done_count, _gone()),
        ErrorPolicy.SKIP,
        None if dry_run else key,
        {"job": job.id},
        undo_of=job.id,
        is_dry_run=dry_run,
    )
    made = await submit_job(connection, submission, by=by, at_once=at_once)
    if made.is_new and not dry_run and await fetch_value(connection, select_other_undo(job.id, than=made.job_id)):
        raise _UNDONE(path=["id"])
    return made
