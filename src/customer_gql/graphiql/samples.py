"""The customer and the saved view that the examples of the page are about."""

from sqlalchemy import select

from customer_gql.administration.grid_views.tables import grid_view
from customer_gql.core.ids import encode_id
from customer_gql.customers.profile.tables import customer
from customer_gql.database.pools import Database
from customer_gql.database.statements import fetch_rows, fetch_value

from .documents import NOBODY, Sample


async def find_sample(database: Database) -> Sample:
    """The second customer of the shop: an example ends sessions, and the demo prints a token of the first one. And a view
    that everybody sees."""
    oldest = select(customer.c.id, customer.c.version).order_by(customer.c.number).limit(2)
    shared = select(grid_view.c.id).filter_by(grid="CUSTOMERS", is_shared=True).order_by(grid_view.c.id).limit(1)
    async with database.reads.acquire() as connection:
        found = await fetch_rows(connection, oldest)
        view = await fetch_value(connection, shared)
    sample = Sample(encode_id("cus", found[-1].id), found[-1].version) if found else NOBODY
    return sample if view is None else sample._replace(view_id=encode_id("gvw", view))
