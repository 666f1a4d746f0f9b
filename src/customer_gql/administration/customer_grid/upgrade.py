"""What an upgrade from before the grid leaves to do (docs/domain/grid.md#grid-10)."""

from typing import Final

from sqlalchemy import exists, select

from customer_gql.customers.profile.tables import customer
from customer_gql.database.statements import Connection, fetch_value

from .tables import customer_grid_row

EMPTY_GRID_WARNING: Final = (
    "The customers grid has no rows yet, so customers are missing from filtered, searched and sorted lists. "
    "Run `customer-gql reproject` once."
)


async def is_grid_empty(connection: Connection) -> bool:
    """Whether customers exist but the grid has no rows yet: the migration creates the table, and `reproject` fills it."""
    statement = select(exists(select(customer.c.id)) & ~exists(select(customer_grid_row.c.customer_id)))
    return await fetch_value(connection, statement)
