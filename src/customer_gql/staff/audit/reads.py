import orjson
from sqlalchemy import Integer, Text, bindparam, select

from customer_gql.core.concurrent_edits import Changes
from customer_gql.database.statements import Connection, compile_statement, fetch_rows
from customer_gql.loading.reads import one_by
from customer_gql.staff.tables import staff_event

from .filters import EVENTS

events_by_id = one_by(EVENTS, staff_event.c.id)
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
