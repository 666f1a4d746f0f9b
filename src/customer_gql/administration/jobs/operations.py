from collections.abc import AsyncGenerator, Mapping
from typing import Annotated, Any, Final

import strawberry
from sqlalchemy import ColumnElement

from customer_gql.core.actor import actor_of
from customer_gql.core.errors import NotFound
from customer_gql.core.ids import decode_id
from customer_gql.core.input_ids import parse_input_id
from customer_gql.core.values.idempotency_keys import MAX_KEY
from customer_gql.core.viewer import Viewer
from customer_gql.database.statements import Row
from customer_gql.graph.connections import After, Before, Connection, First, Last, make_window
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.grids.inputs import InputField, choice_input, make_input
from customer_gql.graph.live import LiveEvent, owner_subscription
from customer_gql.graph.roots import INPUT, RequiresPermission, owner_field, owner_mutation
from customer_gql.loading.grids.columns import ColumnType, GridColumn
from customer_gql.loading.grids.filters import compile_filter
from customer_gql.messaging.jobs.runs import reads, writes
from customer_gql.messaging.jobs.runs.batches import read_work
from customer_gql.messaging.jobs.runs.follow_ups.retries import retry_job
from customer_gql.messaging.jobs.runs.kinds import JobWork
from customer_gql.messaging.jobs.runs.tables import JobKind, JobStatus, job_run

from .progress import FOLLOWED_JOBS, progress_of
from .types import JobPayload, JobType, find_job

KEY_DESCRIPTION: Final = (
    f"Key of this request, 1 to {MAX_KEY} printable characters chosen by the caller. A repeat with the same input gets the same "
    "job, with another one `IDEMPOTENCY_CONFLICT`."
)
_COLUMNS: Final = {
    "kind": GridColumn(
        key="kind",
        title="Kind",
        description="Kind of the job.",
        type=ColumnType.ENUM,
        value=job_run.c.kind,
        choices=JobKind,
    ),
    "status": GridColumn(
        key="status",
        title="Status",
        description="State of the job.",
        type=ColumnType.ENUM,
        value=job_run.c.status,
        choices=JobStatus,
    ),
}
JobFilter: Any = make_input(
    "JobFilter",
    "Jobs to show. All fields that are given have to hold.",
    {name: InputField(choice_input(one.choices) | None, one.description) for name, one in _COLUMNS.items()},  # pyright: ignore
)


@strawberry.input(description="The job to cancel.")
class JobCancelInput:
    id: strawberry.ID = column("Id of the job.")


@strawberry.input(description="The job to retry.")
class JobRetryInput:
    id: strawberry.ID = column("Id of the job.")
    idempotency_key: str | None = strawberry.field(description=KEY_DESCRIPTION, default=None)


@strawberry.type(description="Result of `jobCancel`.")
class JobCancelPayload(JobPayload):
    pass


@strawberry.type(description="Result of `jobRetry`.")
class JobRetryPayload(JobPayload):
    pass


@strawberry.type
class JobAdminQuery:
    @owner_field(
        graphql_type=Connection[JobType],
        description="Jobs, newest first: the viewer's own, and with `jobs.manage` those whose websites the viewer's role reaches.",
    )
    async def jobs(
        self,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
        filter: Annotated[
            JobFilter | None, strawberry.argument(description="Jobs to show; all by default.")  # pyright: ignore
        ] = None,
    ) -> Any:
        viewer = info.context.viewer
        seen = [*reads.visible_jobs(actor_of(viewer), viewer), *_conditions(filter)]
        return await reads.job_list.page(info.context, make_window(first, after, last, before), "NEWEST", seen)

    @owner_field(
        graphql_type=JobType | None,
        description="A job; null when it is unknown or the viewer may not see it.",
    )
    async def job(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Id of the job.")]
    ) -> Any:
        return await find_job(info.context, decode_id(id, "job"))


@strawberry.type
class JobAdminSubscription:
    @owner_subscription(
        graphql_type=JobType,
        description="Follow a job: the job as it is now, then after each change of its state or its counts, until it is finished. A "
        "client that is slow gets the newest state. `NOT_FOUND` for a job that is unknown or that the viewer may not see.",
    )
    async def job_changed(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Id of the job.")]
    ) -> AsyncGenerator[Any]:
        context, job_id, told = info.context, decode_id(id, "job"), None
        seconds = context.settings.live.poll_seconds
        with FOLLOWED_JOBS.follow(context.database, job_id, seconds=seconds) as follower:
            while True:
                job = (await follower.wait()).get(job_id)
                if job is None or not reads.is_visible_job(job, actor_of(context.viewer), context.viewer):
                    raise NotFound("There is no such job, or you may not see it.")
                if progress_of(job) != told:
                    told = progress_of(job)
                    yield LiveEvent(job)
                if job.finished_at is not None:
                    return


def require_work(job: Row, viewer: Viewer) -> JobWork:
    """What a job does, for somebody who may do it. Raises `Forbidden`."""
    work, parameters = read_work(job)
    for permission in sorted(work.permissions(parameters)):
        RequiresPermission(permission, all_websites=work.needs_all_websites).check(viewer)
    return work


def _conditions(filter: Mapping[str, Any] | None) -> list[ColumnElement[bool]]:
    condition = compile_filter(_COLUMNS, filter).condition
    return [] if condition is None else [condition]


@strawberry.type
class JobAdminMutation:
    @owner_mutation(
        description="Have a job end within 5 s: a batch that takes longer is taken back, the rows that are left are `CANCELED`, and "
        "`jobRetry` does them later. What was done stays. `NOT_ALLOWED` for a job that is finished. For the one who started it; "
        "others need `jobs.manage` and a role that reaches all of its websites.",
    )
    async def job_cancel(self, info: Info, input: Annotated[JobCancelInput, INPUT]) -> JobCancelPayload:
        job_id, by = parse_input_id(input.id, "job", ["id"]), actor_of(info.context.viewer)
        async with info.context.transaction() as connection:
            await writes.cancel_job(connection, job_id, by=by)
        return JobCancelPayload(job_key=job_id)

    @owner_mutation(
        exclusive=True,
        description="Do the rows of a finished job that are `FAILED` or `CANCELED` once more, as another job of the caller with the "
        "caller's rights; once for each job. It takes the permissions of what the job does. For those who see the job, "
        "as for `jobCancel`.",
    )
    async def job_retry(self, info: Info, input: Annotated[JobRetryInput, INPUT]) -> JobRetryPayload:
        job_id, by = parse_input_id(input.id, "job", ["id"]), actor_of(info.context.viewer)
        async with info.context.transaction() as connection:
            job = await writes.find_visible_job(connection, job_id, by=by)
            work = require_work(job, info.context.viewer)
            made = await retry_job(connection, job, work, operation="jobRetry", key=input.idempotency_key, by=by)
        return JobRetryPayload(job_key=made.job_id)


ADMIN_QUERIES: Final = (JobAdminQuery,)
ADMIN_MUTATIONS: Final = (JobAdminMutation,)
ADMIN_SUBSCRIPTIONS: Final = (JobAdminSubscription,)
