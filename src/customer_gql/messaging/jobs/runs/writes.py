"""A job is submitted with the rows that it is for, and canceled (docs/domain/bulk-jobs.md#bulk-jobs-1)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from sqlalchemy import func, select, update

from customer_gql.core.actor import Actor
from customer_gql.core.errors import IdempotencyConflict, Refusal, RuleError, UserErrorCode
from customer_gql.core.ids import new_id
from customer_gql.core.values.idempotency_keys import hash_input, validate_idempotency_key
from customer_gql.database.record_versions import lock_record
from customer_gql.database.statements import (
    Connection,
    Row,
    execute_statement,
    fetch_one,
    fetch_value,
    update_rows,
)
from customer_gql.shop.settings.reads import setting

from .kinds import JobWork
from .parts import COUNT_ROWS, FreezeRows
from .progress.statements import BEGIN, COUNT_OPEN, submit_statement
from .reads import ONE_JOB, is_visible_job
from .settings import MAX_OPEN
from .tables import ErrorPolicy, JobCancelReason, JobStatus, job_run

LEASE: Final = dt.timedelta(seconds=20)
"""How long a worker that shows no sign of life keeps a job; each batch and each sign begins it again."""

JOB_NOT_FOUND: Final = Refusal("job.not_found", "There is no such job.", UserErrorCode.NOT_FOUND)
NOT_FINISHED: Final = Refusal(
    "job.not_finished", "The job is not finished. Wait for it, or cancel it first.", UserErrorCode.NOT_ALLOWED
)
_FINISHED: Final = Refusal("job.finished", "The job is finished.", UserErrorCode.NOT_ALLOWED)
NO_ROWS: Final = Refusal("selection.empty", "Select at least one record.", UserErrorCode.REQUIRED)
MAX_IN_ONE_TRANSACTION: Final = 10_000
"""More rows would be locked too long, and all of them lost to one fault."""
_TOO_MANY_FOR_ONE: Final = Refusal(
    "job.too_many_in_one_transaction",
    "The error policy ALL_OR_NOTHING takes at most {limit} rows, but there are {count}. Select fewer, or choose another "
    "error policy.",
    UserErrorCode.TOO_MANY,
)
_TOO_MANY_OPEN: Final = Refusal(
    "job.too_many_open",
    "You have {limit} jobs that are not finished, the maximum. Wait for one, or cancel it.",
    UserErrorCode.LIMIT_REACHED,
)


@dataclass(frozen=True, slots=True)
class JobLease:
    """The right to go on with a job, for the one who claimed it last."""

    job_id: int
    fence: int
    work: str = field(default="", compare=False)
    """Its name, for logs and traces."""


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
    many of them, and when the caller has too many jobs.
    """
    if submission.key is not None:
        validate_idempotency_key(submission.key)
    input_hash = hash_input(submission.body)
    job_id = new_id()
    row = _describe_job(job_id, submission, input_hash, by=by)
    limit = await setting(connection, MAX_OPEN)
    owner = {"owner": by.kind.value, "owner_id": by.id, "most": limit + 1}
    made = await fetch_one(connection, submit_statement(tuple(row)), **row, **owner)
    if made is None:
        return await _find_submitted(connection, submission, input_hash, by=by)
    if made.open_count >= limit:  # before millions of rows are read in vain
        raise _TOO_MANY_OPEN(limit=limit)
    if submission.work.on_submit is not None:
        await submission.work.on_submit(connection, submission, job_id)
    lease = None
    if submission.freeze_rows is not None:
        count = await submission.freeze_rows(connection, job_id)
        if count is None:
            count = await fetch_value(connection, COUNT_ROWS, job_id=job_id)
        lease = await _store_count(connection, job_id, count, submission, at_once)
    # Two requests at one time would each find room for the last job. Nothing long follows, so that they wait little.
    await lock_record(connection, f"job_run:{by.kind.value}:{by.id}")
    if await fetch_value(connection, COUNT_OPEN, **owner) > limit:
        raise _TOO_MANY_OPEN(limit=limit)
    return Submitted(job_id, True, lease)


async def _store_count(
    connection: Connection, job_id: int, count: int, submission: Submission, at_once: int
) -> JobLease | None:
    """Of the rows that were frozen; the lease of a job that its submitter does."""
    if not count:
        raise NO_ROWS(path=["selection"])
    validate_row_count(submission.error_policy, count)
    begins = count <= at_once
    if begins:
        await execute_statement(connection, BEGIN, job_id=job_id, count=count, lease=LEASE)
    else:
        await update_rows(connection, job_run, {"id": job_id}, {"total_count": count})
    return JobLease(job_id, 1, submission.work.name) if begins else None


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
        raise JOB_NOT_FOUND(path=["id"])
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


async def lock_job(connection: Connection, job_id: int) -> None:
    """Let one job at a time follow a finished one."""
    await execute_statement(connection, select(job_run.c.id).where(job_run.c.id == job_id).with_for_update())


def rows_are_gone() -> RuleError:
    """An old job loses its rows before it is deleted itself."""
    return JOB_NOT_FOUND(path=["id"])
