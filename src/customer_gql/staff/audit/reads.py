from collections.abc import Collection

import orjson
from sqlalchemy import Integer, Text, bindparam, select

from customer_gql.core.concurrent_edits import Changes
from customer_gql.database.statements import Connection, compile_statement, equals_any, fetch_rows
from customer_gql.loading.reads import one_by
from customer_gql.staff.tables import staff_event

from .filters import EVENTS

events_by_id = one_by(EVENTS, staff_event.c.id)
_CHANGES_SINCE = compile_statement(
    select(staff_event.c.version, staff_event.c.changes)
    .where(
        staff_event.c.subject == bindparam("subject", type_=Text()),
        staff_event.c.version > bindparam("version", type_=Integer()),
    )
    .order_by(staff_event.c.version)
)


async def read_staff_changes_of_job(
    connection: Connection, job_id: int, subjects: Collection[str]
) -> dict[str, Changes]:
    """What a job changed of records that the history of staff tells of, by their public ids."""
    subject = (equals_any(staff_event.c.subject, list(subjects)), staff_event.c.version.is_not(None))
    of_job = (*subject, staff_event.c.job_id == job_id)
    events = await fetch_rows(connection, select(staff_event).where(*of_job).order_by(staff_event.c.id))
    found: dict[str, Changes] = {}
    for event in events:
        changes = {name: (old, new) for name, (old, new) in orjson.loads(event.changes).items()}
        found[event.subject] = {**found.get(event.subject, {}), **changes}
    return found


async def read_staff_changes(connection: Connection, subject: str, version: int) -> list[Changes] | None:
    """What was changed of a staff user or role after a version that is not the newest, oldest first; for `refuse_conflicts`.
    None where the months with the first of the changes were dropped."""
    events = await fetch_rows(connection, _CHANGES_SINCE, subject=subject, version=version)
    if not events or events[0].version > version + 1:
        return None
    return [orjson.loads(event.changes) for event in events]
