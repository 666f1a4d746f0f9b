import orjson
from sqlalchemy import Integer, Text, bindparam, case, select

from customer_gql.core.concurrent_edits import Changes
from customer_gql.database.statements import Connection, compile_statement, fetch_rows
from customer_gql.loading.lists import RootList
from customer_gql.loading.pages import Sort
from customer_gql.loading.reads import one_by
from customer_gql.security.audit import select_staff
from customer_gql.staff.tables import StaffActor, staff_event

_EVENTS = select(
    staff_event,
    select_staff(staff_event),
    case((staff_event.c.actor == StaffActor.SERVICE.value, staff_event.c.actor_id)).label("service_id"),
)
events_by_id = one_by(_EVENTS, staff_event.c.id)
event_list = RootList(_EVENTS, [Sort("NEWEST", (staff_event.c.created_at, staff_event.c.id), descending=True)])
_CHANGES_SINCE = compile_statement(
    select(staff_event.c.changes)
    .where(
        staff_event.c.subject == bindparam("subject", type_=Text()),
        staff_event.c.version > bindparam("version", type_=Integer()),
    )
    .order_by(staff_event.c.version)
)


async def read_staff_changes(connection: Connection, subject: str, version: int) -> list[Changes]:
    """What was changed of a staff user or role after a version, oldest first; for `refuse_conflicts`."""
    events = await fetch_rows(connection, _CHANGES_SINCE, subject=subject, version=version)
    return [orjson.loads(event.changes) for event in events]
