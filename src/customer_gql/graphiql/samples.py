"""The customer that the examples of the page are about."""

from sqlalchemy import select

from customer_gql.core.ids import encode_id
from customer_gql.customers.profile.tables import customer
from customer_gql.database.pools import Database
from customer_gql.database.statements import fetch_rows

from .documents import NOBODY, Sample


async def find_sample(database: Database) -> Sample:
    """The second customer of the shop: an example ends sessions, and the demo prints a token of the first one."""
    oldest = select(customer.c.id, customer.c.version).order_by(customer.c.number).limit(2)
    async with database.reads.acquire() as connection:
        found = await fetch_rows(connection, oldest)
    return Sample(encode_id("cus", found[-1].id), found[-1].version) if found else NOBODY
