"""Schedules are made, changed and deleted by their owner (docs/domain/exports.md#exports-8)."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from zoneinfo import available_timezones

import orjson
from sqlalchemy import delete, func, insert, select, update

from customer_gql.core.actor import Actor
from customer_gql.core.clock import read_clock
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.ids import encode_id, new_id
from customer_gql.core.text import validate_line
from customer_gql.database.record_versions import lock_record
from customer_gql.database.statements import (
    Connection,
    Row,
    equals_any,
    execute_statement,
    fetch_one,
    fetch_rows,
    fetch_value,
)
from customer_gql.staff.audit.writes import record_staff_event
from customer_gql.staff.tables import staff_user

from .reads import MAX_RECIPIENTS, MAX_SCHEDULES, is_own_schedule
from .tables import ExportFrequency, ExportScheduleState, export_schedule
from .times import find_next_time

LONGEST_NAME: Final = 100
_TIME: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
NOT_FOUND: Final = Refusal("export_schedule.not_found", "There is no such schedule.", UserErrorCode.NOT_FOUND)
_LIMIT_REACHED: Final = Refusal(
    "export_schedule.limit_reached",
    "You have {limit} schedules, the maximum. Delete one first.",
    UserErrorCode.LIMIT_REACHED,
)
_TIME_INVALID: Final = Refusal("export_schedule.time_invalid", "Enter a time of day such as 06:30.")
_ZONE_UNKNOWN: Final = Refusal("export_schedule.zone_unknown", "Enter a time zone such as Europe/Berlin.")
_WEEKDAY_WRONG: Final = Refusal(
    "export_schedule.weekday_wrong", "A weekly schedule has a day of the week, and no other one has."
)
_DAY_WRONG: Final = Refusal(
    "export_schedule.day_wrong", "A monthly schedule has a day of the month from 1 to 31, and no other one has."
)
_TOO_MANY: Final = Refusal(
    "export_schedule.too_many_recipients", "Choose at most {limit} recipients.", UserErrorCode.TOO_MANY
)
_RECIPIENT_UNKNOWN: Final = Refusal(
    "export_schedule.recipient_unknown", "There is no such active staff user.", UserErrorCode.NOT_FOUND
)


async def create_schedule(connection: Connection, values: Mapping[str, Any], *, by: Actor) -> int:
    """The key of the new schedule."""
    await lock_record(connection, f"export_schedule:{by.kind.value}:{by.id}")
    own = (export_schedule.c.owner_kind == by.kind.value, export_schedule.c.owner_id == by.id)
    count = await fetch_value(connection, select(func.count()).where(*own))
    if count >= MAX_SCHEDULES:
        raise _LIMIT_REACHED(limit=MAX_SCHEDULES)
    await _validate_recipients(connection, values["recipient_staff_ids"])
    row = {**_validate(values), "id": new_id(), "owner_kind": by.kind.value, "owner_id": by.id}
    await execute_statement(connection, insert(export_schedule).values(row))
    await _record_schedule_event(
        connection, "EXPORT_SCHEDULE_CREATED", row["id"], {key: (None, it) for key, it in _told(row).items()}, by
    )
    return row["id"]


async def change_schedule(connection: Connection, key: int, edits: Mapping[str, Any], *, by: Actor) -> bool:
    """Store what differs, and let a broken one go on; whether anything did. What is not given stays, as it is and unjudged: a
    recipient may have left since, and a time that is due may not have been run yet."""
    stored = await _lock_schedule(connection, key, by)
    before = {name: stored[name] for name in _FIELDS} | {"list": orjson.loads(stored.list), "at": f"{stored.at:%H:%M}"}
    await _validate_recipients(connection, edits.get("recipient_staff_ids", ()))
    row = _validate({**before, **edits})
    changes = {name: (old, new) for name, new in _told(row).items() if (old := _told(before)[name]) != new}
    if not changes and stored.state == ExportScheduleState.READY.value:
        return False
    if stored.state == ExportScheduleState.READY.value and not changes.keys() & set(_TIMES):
        row["next_at"] = stored.next_at
    ready = {"state": ExportScheduleState.READY.value, "problem_key": None, "failure_count": 0}
    changed = update(export_schedule).where(export_schedule.c.id == key)
    await execute_statement(connection, changed.values(**row, **ready, version=stored.version + 1))
    await _record_schedule_event(connection, "EXPORT_SCHEDULE_CHANGED", key, changes, by)
    return True


async def delete_schedule(connection: Connection, key: int, *, by: Actor) -> None:
    stored = await _lock_schedule(connection, key, by)
    await execute_statement(connection, delete(export_schedule).where(export_schedule.c.id == key))
    await _record_schedule_event(connection, "EXPORT_SCHEDULE_DELETED", key, {"name": (stored.name, None)}, by)


_TIMES: Final = ("frequency", "at", "weekday", "day", "time_zone")
_FIELDS: Final = ("name", "list", "format", *_TIMES, "recipient_staff_ids")


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a schedule as its history tells them."""
    told = {name: values[name] for name in _FIELDS}
    if isinstance(told["list"], str):
        told["list"] = orjson.loads(told["list"])
    if isinstance(told["at"], dt.time):
        told["at"] = f"{told['at']:%H:%M}"
    return {**told, "recipient_staff_ids": [encode_id("stf", id) for id in told["recipient_staff_ids"]]}


async def _lock_schedule(connection: Connection, key: int, by: Actor) -> Row:
    found = await fetch_one(connection, select(export_schedule).where(export_schedule.c.id == key).with_for_update())
    if found is None or not is_own_schedule(found, by):
        raise NOT_FOUND(path=["id"])
    return found


def _validate(given: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that an owner decides about, and the time that follows from them."""
    frequency, at = ExportFrequency(given["frequency"]), _parse_time(given["at"])
    if (frequency is ExportFrequency.WEEKLY) != (given["weekday"] is not None):
        raise _WEEKDAY_WRONG(path=["weekday"])
    days = range(1, 32) if frequency is ExportFrequency.MONTHLY else (None,)
    if given["day"] not in days:
        raise _DAY_WRONG(path=["day"])
    if given["time_zone"] not in available_timezones():
        raise _ZONE_UNKNOWN(path=["timeZone"])
    when = (frequency, at, given["weekday"], given["day"], given["time_zone"])
    return {
        **{name: given[name] for name in _FIELDS},
        "name": validate_line(given["name"], ["name"], LONGEST_NAME, required=True),
        "list": orjson.dumps(given["list"]).decode(),
        "at": at,
        "next_at": find_next_time(*when, after=read_clock()),
    }


def _parse_time(text: str) -> dt.time:
    match = _TIME.fullmatch(text)
    if match is None:
        raise _TIME_INVALID(path=["at"])
    return dt.time(int(match[1]), int(match[2]))


async def _validate_recipients(connection: Connection, ids: Sequence[int]) -> None:
    if len(ids) > MAX_RECIPIENTS:
        raise _TOO_MANY(path=["recipientStaffIds"], limit=MAX_RECIPIENTS)
    active = select(staff_user.c.id).where(equals_any(staff_user.c.id, list(ids)), staff_user.c.is_active)
    known = {row.id for row in await fetch_rows(connection, active)}
    for place, id in enumerate(ids):
        if id not in known:
            raise _RECIPIENT_UNKNOWN(path=["recipientStaffIds", str(place)])


async def _record_schedule_event(
    connection: Connection, kind: str, key: int, changes: Mapping[str, Any], by: Actor
) -> None:
    await record_staff_event(connection, kind, by=by, subject=encode_id("exs", key), changes=dict(changes))
