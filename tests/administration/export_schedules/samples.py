"""Samples of schedules for the tests that walk the whole graph."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from administration.exports.samples import LISTS
from customer_gql.administration.export_schedules.tables import export_schedule
from customer_gql.core.ids import encode_id, new_id
from support.access_walk import Ids, Sample
from support.calls import about, by_input
from support.customers import put


async def furnish(connection: Any, customer: Any) -> dict[str, str]:
    """Of somebody else."""
    id = new_id()
    await put(
        connection,
        export_schedule,
        id=id,
        owner_kind="STAFF",
        owner_id=1,
        name="Nightly",
        list='{"grid": "ORDERS"}',
        format="CSV",
        frequency="DAILY",
        at=dt.time(6, 30),
        time_zone="UTC",
        next_at=dt.datetime(2199, 1, 1, tzinfo=dt.UTC),
    )
    return {"exs": encode_id("exs", id)}


SCHEDULE = {"name": "Nightly", "list": {"orders": {}}, "format": "CSV", "frequency": "DAILY", "at": "06:30"}


def read_and_refused(make: Callable[[Ids], dict[str, Any]]) -> Sample:
    """The list is read, then the name is refused: a list that is empty for the caller may be scheduled all the same."""
    return by_input(lambda ids: {**SCHEDULE, "list": make(ids), "name": ""})


def changed_list(make: Callable[[Ids], dict[str, Any]]) -> Sample:
    return by_input(lambda ids: {"id": ids["exs"], "list": make(ids)})


CALLS = {
    "exportSchedules": [lambda _: {}],
    "exportScheduleCreate": [
        by_input(lambda _: SCHEDULE),
        by_input(lambda ids: {**SCHEDULE, "recipientStaffIds": [ids.own("stf")]}),
        *[read_and_refused(make) for make in LISTS],
    ],
    "exportScheduleUpdate": [
        about("exs", name="Daily"),
        by_input(lambda ids: {"id": ids["exs"], "recipientStaffIds": [ids.own("stf")]}),
        *[changed_list(make) for make in LISTS],
    ],
    "exportScheduleDelete": [about("exs")],
}
UNRECORDED = dict.fromkeys(
    ("exportScheduleCreate", "exportScheduleUpdate", "exportScheduleDelete"), "changes no customer"
)
NOT_PERSONAL = {
    **dict.fromkeys(["ExportSchedule.name", "ExportSchedule.timeZone", "ExportSchedule.at"], "of a schedule"),
    **dict.fromkeys(["ExportScheduleProblem.key", "ExportScheduleProblem.message"], "about a rule"),
}
