from sqlalchemy import BigInteger, Integer, bindparam, select

from customer_gql.core.db import compiled

from .tables import customer_event

CHANGES_SINCE = compiled(
    select(customer_event.c.changes)
    .where(
        customer_event.c.customer_id == bindparam("customer_id", type_=BigInteger()),
        customer_event.c.version > bindparam("version", type_=Integer()),
    )
    .order_by(customer_event.c.version, customer_event.c.id)
)
