import datetime as dt
from collections.abc import Collection

import orjson
from sqlalchemy import BigInteger, Integer, bindparam, select

from customer_gql.core.concurrent_edits import Changes
from customer_gql.database.statements import Connection, Row, compile_statement, equals_any, fetch_rows
from customer_gql.loading.pages import Pages, Sort
from customer_gql.loading.reads import one_by
from customer_gql.security.audit import select_staff

from .tables import customer_event

_CHANGES_SINCE = compile_statement(
    select(customer_event.c.version, customer_event.c.changes)
    .where(
        customer_event.c.customer_id == bindparam("customer_id", type_=BigInteger()),
        customer_event.c.version > bindparam("version", type_=Integer()),
    )
    .order_by(customer_event.c.version, customer_event.c.id)
)

EVENT = select(
    customer_event,
    select_staff(customer_event),
)
events_by_id = one_by(EVENT, customer_event.c.customer_id, customer_event.c.id)
# Keys grow with time, so the primary key gives the order, and two events of one transaction keep theirs.
events_by_customer = Pages(
    EVENT, customer_event.c.customer_id, sort=Sort("NEWEST", (customer_event.c.id,), descending=True)
)


async def read_customer_events(connection: Connection, customer_id: int, version: int) -> list[Row]:
    """Version and changes of what was done after a version, oldest first."""
    return await fetch_rows(connection, _CHANGES_SINCE, customer_id=customer_id, version=version)


async def read_changes_of_job(
    connection: Connection, job_id: int, customer_ids: Collection[int]
) -> dict[int, tuple[Changes, dt.datetime]]:
    """What a job changed of customers, and when it last did, by customer."""
    of_job = (equals_any(customer_event.c.customer_id, list(customer_ids)), customer_event.c.job_id == job_id)
    rows = await fetch_rows(connection, select(customer_event).where(*of_job).order_by(customer_event.c.id))
    found: dict[int, tuple[Changes, dt.datetime]] = {}
    for row in rows:
        before = found.get(row.customer_id, ({}, None))[0]
        changes = {name: (old, new) for name, (old, new) in orjson.loads(row.changes).items()}
        found[row.customer_id] = ({**before, **changes}, row.created_at)
    return found
