"""A shop of many customers and nothing else, made by statements, because files of customers are all that is measured."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

import asyncpg
from prepare import DATA, BenchmarkShop, create_shop, find_database, issue_token

from customer_gql.administration.customer_grid.projection import CUSTOMER_GRID_ROW
from customer_gql.database.schema import migrations
from customer_gql.database.statements import Row
from customer_gql.embedded.server import Server, running_server

_BATCH: Final = 50_000
_NAMES: Final = "(ARRAY['Anna', 'Björn', 'Chloé', 'Dmitri', 'Eva', 'Ole', 'Zoë'])"
_CUSTOMERS: Final = f"""
INSERT INTO customer (id, number, email, first_name, last_name, gender, date_of_birth, website_id, created_in_store_view_id,
  group_id, created_at, updated_at, name_sort_key)
SELECT n, n, 'customer' || n || '@example.com', {_NAMES}[1 + n % 7], 'Lindqvist ' || n,
  (ARRAY['MALE', 'FEMALE', 'NOT_SPECIFIED'])[1 + n % 3], date '1950-01-01' + (n % 18000)::int, 1, 1, 1 + n % 3,
  made, made, 'lindqvist ' || n
FROM generate_series($1::bigint, $2::bigint) AS n, LATERAL (SELECT timestamptz '2020-01-01' + n * interval '97 s' AS made) AS at
"""
_INDEXES: Final = """SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
WHERE indrelid IN ('customer_grid_row'::regclass, 'customer'::regclass) AND NOT indisunique ORDER BY 1"""


@contextmanager
def running_export_shop(customers: int) -> Generator[BenchmarkShop]:
    with running_server(DATA, settings={"shared_buffers": "512MB", "max_connections": "200"}) as server:
        name = f"export_{customers}"
        if not asyncio.run(find_database(server, name)):
            create_shop(server, name, lambda raw: asyncio.run(_fill(server, raw, customers)))
        migrations.upgrade_database(server.owner_url(name), service_url=server.url(name))
        yield BenchmarkShop(server, name, asyncio.run(issue_token(server.url(name))), {})


async def _fill(server: Server, name: str, customers: int) -> None:
    connection = await asyncpg.connect(server.owner_url(name), record_class=Row)
    try:
        await connection.execute("SET synchronous_commit = off; SET maintenance_work_mem = '256MB'")
        indexes = await connection.fetch(_INDEXES)
        for index in indexes:
            await connection.execute(f"DROP INDEX {index['name']}")
        for first in range(1, customers + 1, _BATCH):
            last = min(first + _BATCH - 1, customers)
            await connection.execute(_CUSTOMERS, first, last)
            await CUSTOMER_GRID_ROW.recompute(connection, list(range(first, last + 1)))
            print(f"\r{last:,} of {customers:,} customers", end="", flush=True)
        for index in indexes:
            await connection.execute(index["definition"])
    finally:
        await connection.close()
