"""What a job did is taken back by another one, once (docs/domain/bulk-jobs.md#bulk-jobs-11)."""

from typing import Final

import orjson
from sqlalchemy import func, select

from customer_gql.core.actor import Actor
from customer_gql.core.errors import Refusal, RuleError, UserErrorCode
from customer_gql.database.statements import AnySelect, Connection, Row, fetch_value
from customer_gql.messaging.jobs.runs.kinds import JOB_WORK, BatchWork
from customer_gql.messaging.jobs.runs.parts import freeze_selected, freeze_whole
from customer_gql.messaging.jobs.runs.reads import select_other_undo
from customer_gql.messaging.jobs.runs.tables import ErrorPolicy, RowOutcome, job_row
from customer_gql.messaging.jobs.runs.writes import (
    NOT_FINISHED,
    Submission,
    Submitted,
    lock_job,
    rows_are_gone,
    submit_job,
)

_NOT_UNDOABLE: Final = Refusal("undo.not_possible", "What this job did cannot be undone.", UserErrorCode.NOT_ALLOWED)
_NOTHING_DONE: Final = Refusal(
    "undo.nothing_done", "The job changed nothing that could be undone.", UserErrorCode.NOT_ALLOWED
)
_UNDONE: Final = Refusal("undo.undone_already", "This job was undone already.", UserErrorCode.NOT_ALLOWED)


def find_undo_refusal(job: Row, *, is_undone: bool = False) -> RuleError | None:
    """Why a job cannot be undone (docs/domain/bulk-jobs.md#bulk-jobs-11)."""
    if job.is_dry_run or _find_undo(job) is None:
        return _NOT_UNDOABLE()
    if job.finished_at is None:
        return NOT_FINISHED()
    if not job.done_count:
        return _NOTHING_DONE()
    return _UNDONE() if is_undone else None


def _find_undo(job: Row) -> str | None:
    """The name of the work that takes back what a job did."""
    work = JOB_WORK.get(job.work)
    return work.find_undo(orjson.loads(job.parameters)) if isinstance(work, BatchWork) else None


def _rows_done(job_id: int) -> AnySelect:
    done = func.coalesce(job_row.c.customer_id, job_row.c.company_id).label("id")
    return select(done, job_row.c.order_id.label("record_id"), job_row.c.line.label("place")).where(
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
    await lock_job(connection, job.id)
    name = _find_undo(job)
    assert name is not None, "it was judged above"
    submission = Submission(
        JOB_WORK[name],
        {**orjson.loads(job.parameters), "undone_job": job.id},
        "jobUndo",
        freeze_whole(freeze_selected(_rows_done(job.id)), job.done_count, rows_are_gone()),
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
