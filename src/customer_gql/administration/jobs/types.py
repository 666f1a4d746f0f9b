import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, Final

import orjson
import strawberry
from strawberry.scalars import JSON

from customer_gql.core.actor import actor_of
from customer_gql.core.errors import RuleError, restore_refusal
from customer_gql.core.ids import encode_id
from customer_gql.customers.profile.reads import find_reachable_customer
from customer_gql.customers.profile.types import CustomerLink
from customer_gql.graph.connections import After, Before, Connection, First, Last, make_window
from customer_gql.graph.context import Context, Info
from customer_gql.graph.fields import column, loaded
from customer_gql.graph.grids.inputs import InputField, choice_input, make_input
from customer_gql.graph.payloads import Payload, UserErrorCodeType
from customer_gql.graph.scalars import graph_enum
from customer_gql.messaging.jobs.runs import reads
from customer_gql.messaging.jobs.runs.tables import ErrorPolicy, JobCancelReason, JobKind, JobStatus, RowOutcome
from customer_gql.staff.reads import service_tokens_by_id, staff_by_id
from customer_gql.staff.types import StaffUser

graph_enum(
    JobKind,
    "Kind of a job.",
    {
        "MASS_ACTION": "One action on many customers.",
        "UNDO": "Takes back what another job did.",
        "EXPORT": "Writes a list to a file.",
        "IMPORT": "Reads customers from a file.",
        "WEBHOOK_REPLAY": "Sends events to a webhook once more.",
    },
)
graph_enum(
    JobStatus,
    "State of a job.",
    {
        "QUEUED": "Waits for a worker.",
        "RUNNING": "Its rows are being done.",
        "CANCELING": "Ends after the batch that is under way; the other rows are canceled.",
        "DONE": "Every row was done or refused.",
        "FAILED": "Nothing was done, because every row or none was to be done and one could not be.",
        "CANCELED": "It ended before every row was done; see `cancelReason`.",
    },
)
graph_enum(
    JobCancelReason,
    "Why the rows of a job were canceled.",
    {
        "REQUESTED": "Somebody canceled it.",
        "OWNER_LOST_ACCESS": "The one who started it was deactivated or lost the permission, or the service token ended.",
        "STOPPED_AT_ERROR": "A row was refused or failed, and the job was to stop at the first one.",
    },
)
graph_enum(
    ErrorPolicy,
    "What a job does when a row is refused or fails.",
    {
        "SKIP": "Go on with the other rows.",
        "STOP": "Cancel the rows after it. Those before it stay done.",
        "ALL_OR_NOTHING": "Do nothing at all.",
    },
)
graph_enum(
    RowOutcome,
    "What became of one row of a job.",
    {
        "DONE": "It was done.",
        "UNCHANGED": "Nothing had to change.",
        "REFUSED": "A rule forbids it; `key` says which one.",
        "NOT_FOUND": "There is no such customer, or the website is outside the reach of the one who asked.",
        "FAILED": "A fault of the service; it can be retried.",
        "CANCELED": "The job ended before it; it can be retried.",
    },
)


def _restore(row: Any) -> RuleError | None:
    params = {} if row.params is None else orjson.loads(row.params)
    return restore_refusal(row.key, params, getattr(row, "path", None) or [])


@strawberry.type(description="A rule that refused rows of a job, and how many.")
class JobProblem:
    key: str = column("Stable name of the rule.")
    count: int = column("Number of rows.")

    @strawberry.field(description="Values that the message is about, by name.")
    def params(self: Any) -> JSON:  # pyright: ignore[reportInvalidTypeForm]
        params: Any = {} if self.params is None else orjson.loads(self.params)
        return params

    @strawberry.field(description="A sentence for people, in the language that `Accept-Language` asks for.")
    def message(self: Any, info: Info) -> str:
        refused = _restore(self)
        return self.key if refused is None else refused.message_in(info.context.language)


@strawberry.type(description="One row of a job, and what became of it.")
class JobRow:
    line: int = column("Place of the row among those that the job was asked for, from 1.")
    outcome: RowOutcome = column("What became of it.")
    key: str | None = column("Stable name of the rule that refused it; null when none did.")
    path: list[str] | None = column("Path from the root of the input to the value at fault; null for none.", assumed=3)

    @strawberry.field(description="Id of the customer, as given; deleted ones keep it.")
    def id(self: Any) -> strawberry.ID:
        return strawberry.ID(encode_id("cus", self.customer_id))

    @strawberry.field(description="Kind of the refusal; null when it was not refused.")
    def code(self: Any) -> UserErrorCodeType | None:  # pyright: ignore[reportInvalidTypeForm]
        refused = _restore(self)
        return None if refused is None else refused.code

    @strawberry.field(description="Values that the message is about, by name; null when it was not refused.")
    def params(self: Any) -> JSON | None:  # pyright: ignore[reportInvalidTypeForm]
        return None if self.params is None else orjson.loads(self.params)

    @strawberry.field(description="What it was refused with, in the language of `Accept-Language`.")
    def message(self: Any, info: Info) -> str | None:
        refused = _restore(self)
        return None if refused is None else refused.message_in(info.context.language)

    @strawberry.field(
        graphql_type=CustomerLink | None, description="The customer as stored now; null when deleted or unknown."
    )
    async def customer(self: Any, info: Info) -> Any:
        return await find_reachable_customer(info.context, self.customer_id)


@strawberry.type(description="A service token by its name.")
class JobServiceToken:
    name: str = column("Purpose of the token.")

    @strawberry.field(description="Id of the token. Starts with `svt_`.")
    def id(self: Any) -> strawberry.ID:
        return strawberry.ID(encode_id("svt", self.id))


JobRowFilter: Any = make_input(
    "JobRowFilter",
    "Rows of a job to show. All fields that are given have to hold.",
    {"outcome": InputField(choice_input(RowOutcome) | None, "What became of the row.")},
)


def choose_outcomes(filter: Mapping[str, Any] | None) -> tuple[str, ...]:
    """The outcomes that a filter matches."""
    given: Mapping[str, Any] = (filter or {}).get("outcome") or {}
    chosen = set(RowOutcome)
    for operator, value in given.items():
        chosen &= _OUTCOMES[operator](value)
    return tuple(sorted(outcome.value for outcome in chosen))


_OUTCOMES: Final[Mapping[str, Any]] = {
    "eq": lambda value: {value},
    "in": lambda values: set(values or ()),
    "notIn": lambda values: set(RowOutcome).difference(values or ()),
    "isNull": lambda value: set() if value else set(RowOutcome),
}


@strawberry.type(
    name="Job",
    description="Work on many rows. It is seen by the one who started it, and with `jobs.manage` by those whose role reaches all "
    "of its websites. The counts of its outcomes add up to `processedCount`, and at the end to `totalCount`.",
)
class JobType:
    kind: JobKind = column("Kind of the job.")
    status: JobStatus = column("State of the job.")
    is_dry_run: bool = column("Whether it stores nothing.")
    error_policy: ErrorPolicy = column("What it does when a row is refused or fails.")
    created_at: dt.datetime = column("Time at which it was asked for.")
    started_at: dt.datetime | None = column("Time at which its first batch began; null while it waits.")
    finished_at: dt.datetime | None = column("Time at which it ended; null before.")
    cancel_reason: JobCancelReason | None = column("Why rows of it are canceled; null when they are not.")
    staff: StaffUser | None = loaded(
        staff_by_id, key="staff_id", description="Staff user who started it; null when a service token did."
    )
    service: JobServiceToken | None = loaded(
        service_tokens_by_id, key="service_id", description="Service token that started it; null when staff did."
    )
    total_count: int = column("Number of rows.")
    processed_count: int = column("Number of rows that have an outcome.")
    done_count: int = column("Number of rows with the outcome `DONE`.")
    unchanged_count: int = column("Number of rows with the outcome `UNCHANGED`.")
    refused_count: int = column("Number of rows with the outcome `REFUSED`.")
    not_found_count: int = column("Number of rows with the outcome `NOT_FOUND`.")
    failed_count: int = column("Number of rows with the outcome `FAILED`.")
    canceled_count: int = column("Number of rows with the outcome `CANCELED`.")
    problems: list[JobProblem] = loaded(
        reads.problems_by_job,
        key="id",
        description=f"Rules that refused rows, the most frequent one first; at most {reads.SHOWN_PROBLEMS}.",
        assumed=5,
    )

    @strawberry.field(description="Id of the job. Starts with `job_`.")
    def id(self: Any) -> strawberry.ID:
        return strawberry.ID(encode_id("job", self.id))

    @strawberry.field(
        graphql_type=Annotated["JobType", strawberry.lazy("customer_gql.administration.jobs.types")] | None,  # pyright: ignore
        description="Job whose failed and canceled rows it does; null for others.",
    )
    async def retry_of(self: Any, info: Info) -> Any:
        return await find_job(info.context, self.retry_of_id)

    @strawberry.field(
        graphql_type=Connection[JobRow], description="Rows that have an outcome, in the order they were asked for."
    )
    async def rows(
        self: Any,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
        filter: Annotated[
            JobRowFilter | None, strawberry.argument(description="Rows to show; all by default.")  # pyright: ignore
        ] = None,
    ) -> Any:
        window = make_window(first, after, last, before)
        return await reads.rows_by_job.load(info.context, self.id, window, outcomes=choose_outcomes(filter))


async def find_job(context: Context, job_id: int | None) -> Any:
    """The job, if the viewer sees it."""
    job = None if job_id is None else await context.load(reads.jobs_by_id, job_id)
    viewer = context.viewer
    return job if job is not None and reads.is_visible_job(job, actor_of(viewer), viewer) else None


@strawberry.type(description="Result of a mutation of a job.")
class JobPayload(Payload):
    job_key: strawberry.Private[int | None] = None

    @strawberry.field(graphql_type=JobType | None, description="The job as stored now; null when refused.")
    async def job(self, info: Info) -> Any:
        return await find_job(info.context, self.job_key)


@strawberry.type
class HistoryJobSection:
    @strawberry.field(
        graphql_type=JobType | None,
        description="Job that caused the event; null when none did, or for those who do not see the job.",
    )
    async def job(self: Any, info: Info) -> Any:
        return await find_job(info.context, self.job_id)


HISTORY_EVENT_SECTIONS: Final = (HistoryJobSection,)
