import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

import orjson
import strawberry
from strawberry.scalars import JSON

from customer_gql.commerce.orders.reads import find_reachable_order
from customer_gql.commerce.orders.types import OrderLink
from customer_gql.core.actor import actor_of
from customer_gql.core.errors import RuleError, restore_refusal
from customer_gql.core.ids import encode_id
from customer_gql.customers.companies.reads import find_reachable_company
from customer_gql.customers.companies.types import Company
from customer_gql.customers.profile.reads import find_reachable_customer
from customer_gql.customers.profile.types import CustomerLink
from customer_gql.graph.connections import After, Before, Connection, First, Last, make_window
from customer_gql.graph.context import Context, Info
from customer_gql.graph.fields import column, loaded
from customer_gql.graph.grids.inputs import InputField, choice_input, choose_values, make_input
from customer_gql.graph.payloads import Payload, UserErrorCodeType
from customer_gql.messaging.files.reads import FILES_OF_A_JOB, files_by_job
from customer_gql.messaging.jobs.runs import reads
from customer_gql.messaging.jobs.runs.follow_ups.retries import find_retry_refusal
from customer_gql.messaging.jobs.runs.follow_ups.undos import find_undo_refusal
from customer_gql.staff.reads import service_tokens_by_id, staff_by_id
from customer_gql.staff.types import StaffUser

from .enums import ErrorPolicy, JobCancelReason, JobKind, JobStatus, RowOutcome


def _restore(row: Any) -> RuleError | None:
    params = {} if row.params is None else orjson.loads(row.params)
    return restore_refusal(row.key, params, getattr(row, "path", None) or [])


@dataclass(frozen=True, slots=True)
class ShownProblem:
    """A problem as it is stored of a job, of what is no job."""

    key: str
    params: str
    count: int

    @classmethod
    def of(cls, refused: RuleError, count: int) -> "ShownProblem":
        return cls(refused.key, orjson.dumps(refused.params).decode(), count)


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

    @strawberry.field(
        description="Id of the customer, the company or the order, as given; deleted ones keep it. Null for a row that is about "
        "nobody."
    )
    def id(self: Any) -> strawberry.ID | None:
        if self.company_id is not None:
            return strawberry.ID(encode_id("com", self.company_id))
        if self.order_id is not None:
            return strawberry.ID(encode_id("ord", self.customer_id, self.order_id))
        return None if self.customer_id is None else strawberry.ID(encode_id("cus", self.customer_id))

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
        graphql_type=CustomerLink | None,
        description="The customer as stored now, also of an order; null when deleted or unknown.",
    )
    async def customer(self: Any, info: Info) -> Any:
        return None if self.customer_id is None else await find_reachable_customer(info.context, self.customer_id)

    @strawberry.field(
        graphql_type=Company | None,
        description="The company as stored now; null when deleted or unknown, and for a row about a customer.",
    )
    async def company(self: Any, info: Info) -> Any:
        return None if self.company_id is None else await find_reachable_company(info.context, self.company_id)

    @strawberry.field(
        graphql_type=OrderLink | None,
        description="The order as stored now; null when unknown, and for a row about something else.",
    )
    async def order(self: Any, info: Info) -> Any:
        if self.order_id is None:
            return None
        return await find_reachable_order(info.context, key=(self.customer_id, self.order_id))


@strawberry.type(description="A service token by its name.")
class JobServiceToken:
    name: str = column("Purpose of the token.")

    @strawberry.field(description="Id of the token. Starts with `svt_`.")
    def id(self: Any) -> strawberry.ID:
        return strawberry.ID(encode_id("svt", self.id))


@strawberry.type(description="A file that a job made. `downloadLinkCreate` gives a link to it.")
class JobFile:
    name: str = column("Name that it is downloaded by.")
    row_count: int | None = column("Number of rows in it; null for a file without rows.")
    size_bytes: int = column("Size in bytes.")
    expires_at: dt.datetime | None = column("Time at which it is deleted; null for one that is kept.")

    @strawberry.field(description="Id of the file. Starts with `fil_`.")
    def id(self: Any) -> strawberry.ID:
        return strawberry.ID(encode_id("fil", self.id))


JobRowFilter: Any = make_input(
    "JobRowFilter",
    "Rows of a job to show. All fields that are given have to hold.",
    {"outcome": InputField(choice_input(RowOutcome) | None, "What became of the row.")},
)


def choose_outcomes(filter: Mapping[str, Any] | None) -> tuple[str, ...]:
    """The outcomes that a filter matches."""
    return tuple(choose_values(RowOutcome, (filter or {}).get("outcome")))


@strawberry.type(description="Whether a job can be undone.")
class JobUndo:
    is_possible: bool = column(
        "Whether it can be undone now. Each customer who was changed since is refused all the same."
    )
    refused: strawberry.Private[RuleError | None]
    until: dt.datetime | None = column(
        "Time at which the job and its rows are deleted; null where it cannot be undone."
    )

    @strawberry.field(description="Stable name of what forbids it; null where it is possible.")
    def key(self) -> str | None:
        return None if self.refused is None else self.refused.key


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

    files: list[JobFile] = loaded(
        files_by_job,
        key="id",
        description=f"Files that it made and that are still kept, at most {FILES_OF_A_JOB}.",
        assumed=1,
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
        graphql_type=Annotated["JobType", strawberry.lazy("customer_gql.administration.jobs.types")] | None,  # pyright: ignore
        description="Job that it undoes; null for others.",
    )
    async def undo_of(self: Any, info: Info) -> Any:
        return await find_job(info.context, self.undo_of_id)

    @strawberry.field(
        description="What is done to the records, as `CustomerMassActionKind`, `CompanyMassActionKind` or `OrderMassActionKind` names it, or was done by "
        "the job that it undoes; null for jobs of other kinds."
    )
    def action(self: Any) -> str | None:
        action: str | None = orjson.loads(self.parameters).get("action")
        return action

    @strawberry.field(description="Whether `jobCancel` has something to end.")
    def can_cancel(self: Any) -> bool:
        return self.finished_at is None and self.status != JobStatus.CANCELING.value

    @strawberry.field(
        description="Whether `jobRetry` has something to do; it takes the permissions of what the job does."
    )
    def can_retry(self: Any) -> bool:
        return find_retry_refusal(self, is_retried=self.is_retried) is None

    @strawberry.field(description="Whether `jobUndo` can take back what it did.")
    def undo(self: Any) -> JobUndo:
        refusal = find_undo_refusal(self, is_undone=self.is_undone)
        return JobUndo(is_possible=refusal is None, refused=refusal, until=None if refusal else self.undo_until)

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
