from typing import Annotated, Any, Final

import strawberry

from customer_gql.administration.exports.formats.writing import ExportFormat
from customer_gql.administration.exports.inputs import ExportListInput, read_list
from customer_gql.core.actor import actor_of
from customer_gql.core.errors import Refusal
from customer_gql.core.ids import encode_id
from customer_gql.core.input_ids import parse_input_id, parse_input_ids
from customer_gql.core.permissions import Permission
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.payloads import Payload
from customer_gql.graph.roots import INPUT, admin_field, admin_mutation

from . import writes
from .reads import MAX_RECIPIENTS, MAX_SCHEDULES, schedules_by_id, select_own_schedules
from .shown_schedules import ExportSchedule, Weekday
from .tables import ExportFrequency

_Ids = list[strawberry.ID]  # classes below have a field of the name `list`
_LIST_FIXED: Final = Refusal(
    "export_schedule.list_fixed",
    "Choose a list that is read each time: a filter, a view or everything, not single customers or rows of a job.",
)
_NAME: Final = f"Name, at most {writes.LONGEST_NAME} characters."
_LIST: Final = "The list, by a filter, a view or everything; a view is read each time."
_AT: Final = "Time of day, as `06:30`."
_RECIPIENTS: Final = (
    f"Staff who are told and may download the file besides the owner, at most {MAX_RECIPIENTS}. Each needs the rights for "
    "what is in it."
)


@strawberry.input(description="An export to make again and again.")
class ExportScheduleCreateInput:
    name: str = column(_NAME)
    list: ExportListInput = column(_LIST)  # pyright: ignore
    format: ExportFormat = column("Format of the file.")
    frequency: ExportFrequency = column("How often it is made.")
    at: str = column(_AT)
    weekday: Weekday | None = strawberry.field(description="Day of the week, of a weekly one.", default=None)
    day: int | None = strawberry.field(description="Day of the month from 1 to 31, of a monthly one.", default=None)
    time_zone: str = strawberry.field(description="Time zone of `at`, such as `Europe/Berlin`.", default="UTC")
    recipient_staff_ids: _Ids | None = strawberry.field(description=_RECIPIENTS, default=None)


@strawberry.input(
    description="Changes of a schedule. What is left out keeps its value; a broken schedule goes on after any of them."
)
class ExportScheduleUpdateInput:
    id: strawberry.ID = column("Id of the schedule.")
    name: strawberry.Maybe[str] = column(_NAME)
    list: strawberry.Maybe[ExportListInput] = column(_LIST)  # pyright: ignore
    format: strawberry.Maybe[ExportFormat] = column("Format of the file.")
    frequency: strawberry.Maybe[ExportFrequency] = column("How often it is made.")
    at: strawberry.Maybe[str] = column(_AT)
    weekday: strawberry.Maybe[Weekday | None] = column("Day of the week, of a weekly one; null for none.")
    day: strawberry.Maybe[int | None] = column("Day of the month from 1 to 31, of a monthly one; null for none.")
    time_zone: strawberry.Maybe[str] = column("Time zone of `at`, such as `Europe/Berlin`.")
    recipient_staff_ids: strawberry.Maybe[_Ids] = column(_RECIPIENTS)


@strawberry.input(description="The schedule to delete.")
class ExportScheduleDeleteInput:
    id: strawberry.ID = column("Id of the schedule.")


@strawberry.type(description="Result of `exportScheduleCreate` and `exportScheduleUpdate`.")
class ExportSchedulePayload(Payload):
    key: strawberry.Private[int | None] = None

    @strawberry.field(graphql_type=ExportSchedule | None, description="The schedule as stored now; null when refused.")
    async def schedule(self, info: Info) -> Any:
        return None if self.key is None else await info.context.load(schedules_by_id, self.key)


@strawberry.type(description="Result of `exportScheduleDelete`.")
class ExportScheduleDeletePayload(Payload):
    deleted_id: strawberry.ID | None = strawberry.field(
        description="Id of the deleted schedule; null when refused.", default=None
    )


@strawberry.type
class ExportScheduleAdminQuery:
    @admin_field(
        permission=Permission.CUSTOMERS_EXPORT,
        graphql_type=list[ExportSchedule],
        assumed=5,
        description=f"Scheduled exports of the viewer, at most {MAX_SCHEDULES}, the oldest first.",
    )
    async def export_schedules(self, info: Info) -> Any:
        return await info.context.fetch(select_own_schedules(actor_of(info.context.viewer)))


@strawberry.type
class ExportScheduleAdminMutation:
    @admin_mutation(
        permission=Permission.CUSTOMERS_EXPORT,
        description="Have a list exported at a time of every day, week or month, as `exportCreate` does, with the rights that the owner "
        "has then. Its owner and recipients are mailed when a file is ready or failed; the mail has no link to the file itself.",
    )
    async def export_schedule_create(
        self, info: Info, input: Annotated[ExportScheduleCreateInput, INPUT]
    ) -> ExportSchedulePayload:
        values = {
            "name": input.name,
            "list": await _read_request(info, input.list),
            "format": input.format.value,
            "frequency": input.frequency.value,
            "at": input.at,
            "weekday": None if input.weekday is None else input.weekday.value,
            "day": input.day,
            "time_zone": input.time_zone,
            "recipient_staff_ids": parse_input_ids(input.recipient_staff_ids or [], "stf", ["recipientStaffIds"]),
        }
        async with info.context.transaction() as connection:
            key = await writes.create_schedule(connection, values, by=actor_of(info.context.viewer))
        return ExportSchedulePayload(key=key)

    @admin_mutation(
        permission=Permission.CUSTOMERS_EXPORT,
        description="Change one of the viewer's scheduled exports. A broken one goes on.",
    )
    async def export_schedule_update(
        self, info: Info, input: Annotated[ExportScheduleUpdateInput, INPUT]
    ) -> ExportSchedulePayload:
        key, by = parse_input_id(input.id, "exs", ["id"]), actor_of(info.context.viewer)
        edits = await _read_edits(info, input)
        async with info.context.transaction() as connection:
            await writes.change_schedule(connection, key, edits, by=by)
        return ExportSchedulePayload(key=key)

    @admin_mutation(
        permission=Permission.CUSTOMERS_EXPORT,
        description="Delete one of the viewer's scheduled exports. Files that it made stay until they expire. Cannot be undone.",
    )
    async def export_schedule_delete(
        self, info: Info, input: Annotated[ExportScheduleDeleteInput, INPUT]
    ) -> ExportScheduleDeletePayload:
        key, by = parse_input_id(input.id, "exs", ["id"]), actor_of(info.context.viewer)
        async with info.context.transaction() as connection:
            await writes.delete_schedule(connection, key, by=by)
        return ExportScheduleDeletePayload(deleted_id=strawberry.ID(encode_id("exs", key)))


async def _read_request(info: Info, given: Any) -> dict[str, Any]:
    asked = await read_list(info, given)
    if asked.request is None:
        raise _LIST_FIXED(path=["list"])
    return asked.request


async def _read_edits(info: Info, input: ExportScheduleUpdateInput) -> dict[str, Any]:
    edits: dict[str, Any] = {}
    for name in ("name", "at", "day", "time_zone"):
        given = getattr(input, name)
        if given is not None:
            edits[name] = given.value
    for name in ("format", "frequency", "weekday"):
        given = getattr(input, name)
        if given is not None:
            edits[name] = None if given.value is None else given.value.value
    if input.list is not None:
        edits["list"] = await _read_request(info, input.list.value)
    if input.recipient_staff_ids is not None:
        edits["recipient_staff_ids"] = parse_input_ids(input.recipient_staff_ids.value, "stf", ["recipientStaffIds"])
    return edits


ADMIN_QUERIES: Final = (ExportScheduleAdminQuery,)
ADMIN_MUTATIONS: Final = (ExportScheduleAdminMutation,)
