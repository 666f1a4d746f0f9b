"""A shop that an import fills: plans from when its tables were small are not used for what is derived from many customers."""

import asyncpg
import pytest

from customer_gql.administration.customer_grid.projection import CUSTOMER_GRID_ROW
from customer_gql.database import projections
from customer_gql.database.pools import Database
from customer_gql.database.statements import Connection
from customer_gql.embedded.server import Server

CUSTOMERS = """INSERT INTO customer (id, number, email, first_name, last_name, website_id, created_in_store_view_id, group_id,
  created_at, updated_at)
SELECT n, n, 'customer' || n || '@example.com', 'Ada', 'Lee', 1, 1, 1, now(), now()
FROM generate_series($1::bigint, $2::bigint) AS n"""
ADDRESSES = """INSERT INTO address (customer_id, id, first_name, last_name, street, city, country_code, is_default_billing,
  is_default_shipping, created_at, updated_at)
SELECT n, n, 'Ada', 'Lee', '{High Street}', 'York', 'GB', true, true, now(), now()
FROM generate_series($1::bigint, $2::bigint) AS n"""
SCANNED = "SELECT coalesce(sum(seq_tup_read), 0) FROM pg_stat_xact_user_tables"
MANY = 1_000


async def add_customers(connection: Connection, first: int, count: int) -> int:
    """How many rows were read from end to end of a table to derive those of the new customers."""
    ids = range(first, first + count)
    for statement in (CUSTOMERS, ADDRESSES):
        await connection.execute(statement, ids[0], ids[-1])
    async with connection.transaction():
        before = await connection.fetchval(SCANNED)
        await CUSTOMER_GRID_ROW.recompute(connection, list(ids))
        return await connection.fetchval(SCANNED) - before


@pytest.mark.parametrize("forgets", [True, False])
async def test_rows_of_many_customers_do_not_read_tables_once_for_each(
    empty_database: Database,
    empty_database_url: str,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
    forgets: bool,
):
    if not forgets:  # what it is for, so that this test can fail
        monkeypatch.setattr(projections, "PLANNED_FROM", 10 * MANY)
    owner = await asyncpg.connect(server.owner_url(empty_database_url.rpartition("/")[2].partition("?")[0]))
    async with empty_database.writes.acquire() as connection:
        for first in range(1, 161, 10):  # a statement is planned for good when it has run a few times
            await add_customers(connection, first, 10)
            if first == 81:
                await owner.execute("ANALYZE")
        await owner.close()
        await add_customers(connection, 1_000, MANY)
        scanned = await add_customers(connection, 2_000, MANY)
    assert (scanned < 20 * MANY) is forgets, scanned
