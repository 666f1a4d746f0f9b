"""The large shop: filled once by COPY, in batches so that memory stays flat, and kept between runs."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

import asyncpg
from prepare import DATA, SERVER_SETTINGS, BenchmarkShop, create_progress, create_shop, find_database, issue_token

from customer_gql.administration.customer_changes.change_log import CUSTOMER_CHANGES
from customer_gql.administration.customer_grid.projection import CUSTOMER_GRID_ROW
from customer_gql.customers.profile.tables import customer
from customer_gql.database.schema import migrations
from customer_gql.database.seeding import Rows, to_milliseconds
from customer_gql.database.statements import Connection, Row
from customer_gql.demo.copying import copy_table
from customer_gql.demo.seed.batches import DemoShop, make_shop_rows
from customer_gql.embedded.server import Server, running_server
from customer_gql.schema.tables import metadata

from .rows import PARENTS_FIRST, make_rows

BATCH: Final = 5_000
ANALYZED: Final = 50_000
"""Customers between two looks of the planner at tables that grow from nothing: a plan of small tables takes minutes for large ones."""
PROJECTIONS: Final = (CUSTOMER_GRID_ROW, CUSTOMER_CHANGES)
_INDEXES: Final = """SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
WHERE indrelid = 'customer_grid_row'::regclass AND NOT indisunique ORDER BY 1"""


@contextmanager
def running_grid_shop(customers: int) -> Generator[BenchmarkShop]:
    """Migrated to the present tables. Delete `benchmarks/.data` to fill it again."""
    with running_server(DATA, settings=SERVER_SETTINGS) as server:
        name = f"grid_{customers}"
        if not asyncio.run(find_database(server, name)):
            create_shop(server, name, lambda raw: asyncio.run(_fill(server, raw, customers)))
        migrations.upgrade_database(server.owner_url(name), service_url=server.url(name))
        yield BenchmarkShop(server, name, asyncio.run(issue_token(server.url(name))), {})


async def _fill(server: Server, name: str, customers: int) -> None:
    """As the owner of the tables, who may drop the grid's indexes and build them at the end, which is much faster."""
    connection = await asyncpg.connect(server.owner_url(name), record_class=Row)
    try:
        await connection.execute("SET synchronous_commit = off; SET maintenance_work_mem = '256MB'")
        indexes = await connection.fetch(_INDEXES)
        for index in indexes:
            await connection.execute(f"DROP INDEX {index['name']}")
        await _copy_customers(connection, customers)
        await connection.execute("SELECT setval('customer_number_seq', $1)", customers)
        for index in indexes:
            await connection.execute(index["definition"])
    finally:
        await connection.close()


async def _copy_customers(connection: Connection, customers: int) -> None:
    shop = DemoShop(customers, 1, to_milliseconds(datetime.now(UTC)))
    made = make_shop_rows(shop)
    for table in metadata.sorted_tables:
        if table in made:
            await copy_table(connection, table, made[table])
    show = create_progress()
    for first in range(1, customers + 1, BATCH):
        count = min(BATCH, customers + 1 - first)
        ids = await copy_batch(connection, make_rows(shop, first, count))
        for projection in PROJECTIONS:
            await projection.recompute(connection, ids)
        show(first + count - 1, customers)
        if (first + count - 1) % ANALYZED == 0:
            await connection.execute("ANALYZE")


async def copy_batch(connection: Connection, rows: Rows) -> list[int]:
    """Parents before children, because foreign keys are checked when each COPY ends. The ids of the customers."""
    for table in PARENTS_FIRST:
        await copy_table(connection, table, rows[table])
    return rows[customer].values_of("id")
