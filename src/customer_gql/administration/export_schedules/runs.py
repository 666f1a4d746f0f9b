"""Schedules that are due become jobs of their owners, with the rights that these have then (docs/domain/exports.md#exports-8)."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final

import orjson
import structlog
from sqlalchemy import ColumnElement, func, select, update

from customer_gql.administration.exports.export_job import EXPORT_WORK
from customer_gql.core.actor import actor_of
from customer_gql.core.clock import read_clock
from customer_gql.core.errors import GraphError, Refusal, RuleError, RuleErrors, UserErrorCode
from customer_gql.core.viewer import Viewer
from customer_gql.database.statements import Connection, Row, execute_statement, fetch_one, fetch_rows, fetch_value
from customer_gql.messaging.jobs.runs.rights import JOB_OWNERS, make_owner_viewer
from customer_gql.messaging.jobs.runs.tables import JobCancelReason, JobKind, JobOwner, JobStatus, job_row
from customer_gql.messaging.jobs.runs.writes import Submission, submit_job
from customer_gql.messaging.jobs.work import OPEN_GRAPH, Tools

from .notices import tell_failed, tell_ready
from .tables import ExportFrequency, ExportScheduleState, export_schedule
from .times import find_next_time

log = structlog.get_logger("exports")
MOST_FAILURES: Final = 3
OWNER_LOST_ACCESS: Final = Refusal(
    "export_schedule.owner_lost_access",
    "The owner may not export this list any more. Make a schedule of your own.",
    UserErrorCode.NOT_ALLOWED,
)
LIST_BROKEN: Final = Refusal(
    "export_schedule.list_broken", "The view or the list is not there any more. Change the schedule."
)
_schedule = export_schedule.c


async def run_due_schedules(tools: Tools) -> None:
    """Each in a transaction of its own; of two workers one takes it. One that cannot be run now stays due, and delays no other."""
    async with tools.database.writes.acquire() as connection:
        due = await fetch_rows(connection, select(_schedule.id).where(*_is_due()))
    for schedule in due:
        try:
            await _claim_schedule(tools, schedule.id)
        except Exception as error:  # noqa: BLE001 - one schedule must not take the others along
            key = error.key if isinstance(error, RuleError) else None
            log.warning("export schedule postponed", schedule_id=schedule.id, error=type(error).__name__, key=key)


async def _claim_schedule(tools: Tools, id: int) -> None:
    async with tools.database.transaction() as connection:
        locked = select(export_schedule).where(_schedule.id == id, *_is_due())
        row = await fetch_one(connection, locked.with_for_update(skip_locked=True))
        if row is not None:
            await _run_schedule(tools, connection, row)


def _is_due() -> tuple[ColumnElement[bool], ...]:
    is_ready: Any = _schedule.state == ExportScheduleState.READY.value
    return (is_ready, _schedule.next_at <= func.now())


async def _run_schedule(tools: Tools, connection: Connection, schedule: Row) -> None:
    """A time that was missed is made up for once."""
    owner = JobOwner(schedule.owner_kind)
    [find_rights] = JOB_OWNERS
    rights = await find_rights(connection, owner, schedule.owner_id)
    if rights is None:
        await _break(connection, schedule, OWNER_LOST_ACCESS.key)
        return
    viewer = make_owner_viewer(owner, schedule.owner_id, rights)
    try:
        parameters = await _resolve_list(tools, viewer, schedule)
    except (RuleError, RuleErrors, GraphError) as refused:
        await _break(connection, schedule, _find_problem(refused))
        return
    submission = Submission(EXPORT_WORK, parameters, "exportSchedule", None)
    made = await submit_job(connection, submission, by=actor_of(viewer))
    next_at = find_next_time(
        ExportFrequency(schedule.frequency),
        schedule.at,
        schedule.weekday,
        schedule.day,
        schedule.time_zone,
        after=read_clock(),
    )
    await _store(connection, schedule.id, last_job_id=made.job_id, next_at=next_at)


def _find_problem(refused: Exception) -> str:
    """The key of what is told of a list that cannot be exported now."""
    if getattr(refused, "extensions", {}).get("permission") is not None:
        return OWNER_LOST_ACCESS.key
    if isinstance(refused, RuleError) and refused.code is not UserErrorCode.NOT_FOUND and not refused.params:
        return refused.key
    return LIST_BROKEN.key


async def _resolve_list(tools: Tools, viewer: Viewer, schedule: Row) -> dict[str, Any]:
    """By the graph, which a worker imports when the first schedule is due."""
    [open_graph] = OPEN_GRAPH
    open_graph()
    owners: Any = import_module("customer_gql.administration.export_schedules.owner_lists")
    resolved = await owners.resolve_owner_list(tools, viewer, orjson.loads(schedule.list))
    more = {"format": schedule.format, "schedule": schedule.id, "recipients": list(schedule.recipient_staff_ids)}
    return {**resolved, **more}


async def heed_end(connection: Connection, job: Any) -> None:
    """Tell people what became of an export that a schedule made, in the transaction that ends it. A retry of somebody else has
    other rights, and says nothing about the schedule."""
    parameters: Mapping[str, Any] = orjson.loads(job.parameters) if job.kind == JobKind.EXPORT.value else {}
    if "schedule" not in parameters:
        return
    locked = select(export_schedule).where(_schedule.id == parameters["schedule"]).with_for_update()
    schedule = await fetch_one(connection, locked)
    if schedule is None or (job.actor, job.actor_id) != (schedule.owner_kind, schedule.owner_id):
        return
    # One that broke meanwhile stays as it is, with its reason, until somebody changes it.
    is_ready = schedule.state == ExportScheduleState.READY.value
    if job.status == JobStatus.DONE.value:
        if is_ready:
            await _store(connection, schedule.id, failure_count=0, problem_key=None)
        await tell_ready(connection, schedule, job)
    elif (key := await _find_failure(connection, job)) is not None:
        if not is_ready:
            await tell_failed(connection, schedule, job, key, is_broken=True)
        elif key == OWNER_LOST_ACCESS.key:
            await _break(connection, schedule, key, job)
        else:
            await _count_failure(connection, schedule, key, job)


async def _find_failure(connection: Connection, job: Any) -> str | None:
    """The key of what a job ended for; None where it was canceled on request."""
    if job.cancel_reason == JobCancelReason.OWNER_LOST_ACCESS.value:
        return OWNER_LOST_ACCESS.key
    if job.status != JobStatus.FAILED.value:
        return None
    return await fetch_value(connection, select(job_row.c.key).where(job_row.c.job_id == job.id)) or ""


async def _count_failure(connection: Connection, schedule: Row, key: str, job: Any) -> None:
    if schedule.failure_count + 1 >= MOST_FAILURES:
        await _break(connection, schedule, key, job)
        return
    await _store(connection, schedule.id, failure_count=schedule.failure_count + 1, problem_key=key)
    await tell_failed(connection, schedule, job, key, is_broken=False)


async def _break(connection: Connection, schedule: Row, key: str, job: Any = None) -> None:
    broken = ExportScheduleState.BROKEN.value
    count = schedule.failure_count + 1
    await _store(connection, schedule.id, state=broken, problem_key=key, failure_count=count)
    log.warning("export schedule broken", schedule_id=schedule.id, key=key)
    await tell_failed(connection, schedule, job, key, is_broken=True)


async def _store(connection: Connection, id: int, **values: Any) -> None:
    await execute_statement(connection, update(export_schedule).where(_schedule.id == id).values(**values))
