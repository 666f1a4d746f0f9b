from sqlalchemy import BigInteger, Integer, bindparam, select

from customer_gql.database.statements import Connection, Row, compile_statement, fetch_rows
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
