import datetime as dt
import enum
from typing import Any

import orjson
import strawberry
from strawberry.scalars import JSON

from customer_gql.administration.exports.formats.writing import ExportFormat
from customer_gql.administration.exports.inputs import ExportListInput
from customer_gql.administration.jobs.types import JobType, find_job
from customer_gql.core.errors import restore_refusal
from customer_gql.core.ids import encode_id
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.scalars import graph_enum
from customer_gql.staff.reads import staff_by_id
from customer_gql.staff.types import StaffUser

from .reads import MAX_RECIPIENTS
from .tables import ExportFrequency, ExportScheduleState

assert ExportListInput  # the formats are described beside it


class Weekday(enum.Enum):
    MONDAY = 1
    TUESDAY = 2
    WEDNESDAY = 3
    THURSDAY = 4
    FRIDAY = 5
    SATURDAY = 6
    SUNDAY = 7


graph_enum(Weekday, "Day of the week.", {one.name: f"{one.name.capitalize()}." for one in Weekday})
graph_enum(
    ExportFrequency,
    "How often a scheduled export is made.",
    {
        "DAILY": "Every day.",
        "WEEKLY": "On one day of the week.",
        "MONTHLY": "On one day of the month; a month that is too short has its last day.",
    },
)
graph_enum(
    ExportScheduleState,
    "Whether a scheduled export is made.",
    {
        "READY": "It is made at its times.",
        "BROKEN": "It is not made any more: it failed three times, its view or list is not there any more, or its owner lost access. "
        "A change lets it go on.",
    },
)


_Recipients = list[StaffUser]  # a class below has a field of the name `list`


@strawberry.type(description="Why a scheduled export failed last.")
class ExportScheduleProblem:
    key: str = strawberry.field(description="Stable name of the rule.")

    @strawberry.field(description="A sentence for people, in the language that `Accept-Language` asks for.")
    def message(self, info: Info) -> str:
        refused = restore_refusal(self.key, {}, [])
        return self.key if refused is None else refused.message_in(info.context.language)


@strawberry.type(description="An export that is made again and again, with the rights that its owner has each time.")
class ExportSchedule:
    name: str = column("Name.")
    format: ExportFormat = column("Format of the file.")
    frequency: ExportFrequency = column("How often it is made.")
    day: int | None = column("Day of the month; null unless it is made monthly.")
    time_zone: str = column("Time zone of `at`, such as `Europe/Berlin`.")
    state: ExportScheduleState = column("Whether it is made.")
    failure_count: int = column("Number of failures in a row.")
    next_at: dt.datetime = column("Time at which it is made next, unless it is broken.")
    created_at: dt.datetime = column("Time at which it was made.")

    @strawberry.field(description="Id of the schedule. Starts with `exs_`.")
    def id(self: Any) -> strawberry.ID:
        return strawberry.ID(encode_id("exs", self.id))

    @strawberry.field(description="The list, as a JSON object.")
    def list(self: Any) -> JSON:  # pyright: ignore[reportInvalidTypeForm]
        listed: Any = orjson.loads(self.list)
        return listed

    @strawberry.field(description="Time of day, as `06:30`.")
    def at(self: Any) -> str:
        return f"{self.at:%H:%M}"

    @strawberry.field(description="Day of the week; null unless it is made weekly.")
    def weekday(self: Any) -> Weekday | None:
        return None if self.weekday is None else Weekday(self.weekday)

    @strawberry.field(
        graphql_type=_Recipients,
        description="Staff who may download the files besides the owner, as long as their own rights cover them.",
        metadata={"assumed": MAX_RECIPIENTS // 4},
    )
    async def recipients(self: Any, info: Info) -> Any:
        # All are asked for before one is awaited, so that they are read in one round.
        loads = [info.context.load(staff_by_id, id) for id in self.recipient_staff_ids]
        return [one for one in [await load for load in loads] if one is not None]

    @strawberry.field(description="Why it failed last; null when it did not.")
    def problem(self: Any) -> ExportScheduleProblem | None:
        return ExportScheduleProblem(key=self.problem_key) if self.problem_key else None

    @strawberry.field(graphql_type=JobType | None, description="The last job that it made; null before the first one.")
    async def last_job(self: Any, info: Info) -> Any:
        return await find_job(info.context, self.last_job_id)
