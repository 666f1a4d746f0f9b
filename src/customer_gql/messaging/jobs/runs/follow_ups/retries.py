"""The rows of a job that were not done become another job, once (docs/domain/bulk-jobs.md#bulk-jobs-8)."""

from typing import Final

import orjson
from sqlalchemy import Integer, and_, exists, literal_column, select

from customer_gql.core.actor import Actor
from customer_gql.core.errors import Refusal, RuleError, UserErrorCode
from customer_gql.database.statements import AnySelect, Connection, Row, equals_any, fetch_value
from customer_gql.messaging.jobs.runs.kinds import JOB_WORK, JobWork, WholeWork
from customer_gql.messaging.jobs.runs.parts import freeze_again, freeze_selected, freeze_whole
from customer_gql.messaging.jobs.runs.tables import (
    IDS_OF_A_PART,
    ErrorPolicy,
    JobStatus,
    RowOutcome,
    job_part,
    job_row,
    job_run,
)
from customer_gql.messaging.jobs.runs.writes import (
    NOT_FINISHED,
    Submission,
    Submitted,
    lock_job,
    rows_are_gone,
    submit_job,
)

_NOTHING_TO_RETRY: Final = Refusal(
    "job.nothing_to_retry", "No row of the job failed or was canceled.", UserErrorCode.NOT_ALLOWED
)
_RETRIED_ALREADY: Final = Refusal(
    "job.retried_already",
    "This job was retried already. Retry the job that did it, if rows of that one were not done.",
    UserErrorCode.NOT_ALLOWED,
)
_RETRIED: Final = (RowOutcome.FAILED, RowOutcome.CANCELED)


def listed_rows(job_id: int) -> AnySelect:
    """The rows of a job that have an outcome, by their lines, since a row may be about nobody."""
    first_line = job_row.c.line - (job_row.c.line - literal_column("1", Integer())) % IDS_OF_A_PART
    place = job_row.c.line - job_part.c.first_line + literal_column("1", Integer())
    listed = (job_part.c.customer_ids[place].label("id"), job_part.c.record_ids[place].label("record_id"))
    return (
        select(*listed, job_row.c.line.label("place"))
        .select_from(
            job_row.join(job_part, and_(job_part.c.job_id == job_row.c.job_id, job_part.c.first_line == first_line))
        )
        .where(job_row.c.job_id == job_id)
    )


def _rows_to_retry(job_id: int) -> AnySelect:
    return listed_rows(job_id).where(equals_any(job_row.c.outcome, [outcome.value for outcome in _RETRIED]))


def find_retry_refusal(job: Row, *, is_retried: bool = False) -> RuleError | None:
    """Why a job cannot be retried (docs/domain/bulk-jobs.md#bulk-jobs-8)."""
    if job.finished_at is None:
        return NOT_FINISHED()
    work = JOB_WORK.get(job.work)
    is_left = (
        job.status != JobStatus.DONE.value if isinstance(work, WholeWork) else job.failed_count + job.canceled_count
    )
    if work is None or not is_left:
        return _NOTHING_TO_RETRY()
    return _RETRIED_ALREADY() if is_retried else None


async def retry_job(
    connection: Connection, job: Row, work: JobWork, *, operation: str, key: str | None, by: Actor
) -> Submitted:
    """A job for the rows that failed or were canceled, in the name of who asks now. Raises `RuleError`, also where there is one
    for them already."""
    if job.finished_at is None:
        raise NOT_FINISHED(path=["id"])
    parameters = orjson.loads(job.parameters)
    if work.lock_subject is not None:
        await work.lock_subject(connection, parameters)
    # Of two at one time the other one waits here, and finds the first.
    await lock_job(connection, job.id)
    refusal = find_retry_refusal(job)
    if refusal is not None:
        raise refusal.at(["id"])
    left = freeze_whole(freeze_selected(_rows_to_retry(job.id)), job.failed_count + job.canceled_count, rows_are_gone())
    submission = Submission(
        work,
        parameters,
        operation,
        await freeze_again(connection, job.id) if isinstance(work, WholeWork) else left,
        ErrorPolicy(job.error_policy),
        key,
        {"job": job.id},
        retry_of=job.id,
        is_dry_run=job.is_dry_run,
    )
    made = await submit_job(connection, submission, by=by)
    if made.is_new and await fetch_value(connection, _select_other_retry(job.id, than=made.job_id)):
        raise _RETRIED_ALREADY(path=["id"])
    return made


def _select_other_retry(job_id: int, *, than: int) -> AnySelect:
    """However it ended: its own rows are retried then."""
    return select(exists().where(job_run.c.retry_of_id == job_id, job_run.c.id != than))
