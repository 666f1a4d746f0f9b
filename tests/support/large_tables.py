"""Tables so large that no plan scans them, and what plans do with them: a lock taken in the order of a scan, or a
missing index, shows on these alone.

Rows are copies of those of a furnished customer, one for each of many more customers.
"""

import json
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import BigInteger, Column, DateTime, LargeBinary, String, UniqueConstraint

from customer_gql.database.pools import Database, open_database
from customer_gql.database.statements import Connection, Row
from customer_gql.embedded.server import Server
from customer_gql.schema.projections import PROJECTIONS
from customer_gql.schema.tables import metadata
from support.bystander import COUNTERS
from support.databases import change_tables, cloned
from support.furnishing import ENDS, furnish
from support.isolation import ask_for_every_field
from support.races import StoppableConnection

CUSTOMERS = 40_000
LARGE = [table for table in metadata.sorted_tables if table.name == "customer" or "customer_id" in table.c]
DISTINCT = {"email", "first_name", "last_name", "city", "sku"}
"""Texts that differ from customer to customer, besides those that a unique key holds."""

CHOSEN = {"document"}
"""Parts of unique keys that have one of a few values."""


async def enlarge(connection: Connection, customers: int = CUSTOMERS) -> Row:
    """Fill every table that belongs to customers; the customer whose rows were copied."""
    made = await furnish(connection, [table for table in metadata.sorted_tables if table.name not in COUNTERS])
    for table in LARGE:
        columns = ", ".join(table.columns.keys())
        values = ", ".join(copied(column) for column in table.columns)
        owner = "id" if table.name == "customer" else "customer_id"
        await connection.execute(
            f"INSERT INTO {table.name} ({columns}) SELECT {values} FROM {table.name} t, generate_series(1, $1::int) n"
            f" WHERE t.{owner} = $2",
            customers,
            made["customer"].id,
        )
    # The customers are let in on their website, and are not those who were deleted.
    await connection.execute("DELETE FROM customer_group_excluded_website")
    await connection.execute("UPDATE deleted_customer SET customer_id = customer_id + $1::bigint", 2 * customers)
    # The feed and its readers have got as far as its events.
    await connection.execute("UPDATE domain_event_feed SET position = (SELECT max(position) FROM domain_event)")
    return made["customer"]


def copied(column: Column[Any]) -> str:
    """The expression that makes a column's value for the nth copy."""
    name, table = f"t.{column.name}", column.table
    if column.name == "customer_id" or (column.name == "id" and table.name == "customer"):
        return f"{name} + n"
    if isinstance(column.type, LargeBinary):
        return f"sha256({name} || n::text::bytea)"
    if isinstance(column.type, DateTime):
        return name if ENDS.search(column.name) else f"{name} + n * interval '1 second'"
    is_indexed_alone = any(index.unique and index.columns.keys() == [column.name] for index in table.indexes)
    if isinstance(column.type, BigInteger) and not column.foreign_keys and is_indexed_alone:
        return f"{name} + n * 1000"  # a customer has several rows, whose values follow each other
    is_alone = is_unique(column) and "customer_id" not in table.primary_key.columns
    if isinstance(column.type, String):
        is_distinct = (is_alone and column.name not in CHOSEN) or column.name in DISTINCT
        return f"{name} || n" if is_distinct else name
    return f"{name} + n" if is_alone and not column.foreign_keys and column.name != "scope" else name


def is_unique(column: Column[Any]) -> bool:
    table: Any = column.table
    keys = [key for key in table.constraints if isinstance(key, UniqueConstraint)]
    indexes = [index for index in table.indexes if index.unique]
    return any(column.name in key.columns for key in (table.primary_key, *keys, *indexes))


@dataclass(eq=False)
class SeenStatements:
    """The statements that ran, each text once with the arguments it had first."""

    seen: dict[str, list[Any]] = field(default_factory=dict)

    def __call__(self, record: Any) -> None:
        is_reset = "pg_advisory_unlock_all" in record.query  # several statements in one, by which a pool cleans up
        if not is_reset and record.query.lstrip().startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")):
            self.seen.setdefault(record.query, list(record.args or ()))


async def scans(connection: Connection, statements: SeenStatements) -> list[str]:
    """Every sequential scan of a large table that the plans of the statements hold, with the statement."""
    names = {table.name for table in LARGE}
    found = []
    for query, arguments in statements.seen.items():
        explained: Any = await connection.fetchval(f"EXPLAIN (FORMAT JSON) {query}", *arguments)
        plan = json.loads(explained)
        scanned = [node["Relation Name"] for node in nodes(plan[0]["Plan"]) if node["Node Type"] == "Seq Scan"]
        found += [f"{name}: {' '.join(query.split())}" for name in scanned if name in names]
    return found


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)


@dataclass(frozen=True)
class LargeShop:
    """`customer` is one of many; those after it have the ids that follow."""

    database: Database
    customer: Row
    statements: SeenStatements


@pytest.fixture(scope="module")
async def large_shop(server: Server, template: str) -> AsyncGenerator[LargeShop]:
    statements = SeenStatements()
    with cloned(server, template) as url:
        async with open_database(
            url,
            read_connections=4,
            write_connections=8,
            statement_timeout_seconds=120,
            on_statement=statements,
            projections=PROJECTIONS,
            connection_class=StoppableConnection,
        ) as database:
            async with database.writes.acquire() as connection:
                async with connection.transaction():
                    await ask_for_every_field(connection)
                    customer = await enlarge(connection)
                await change_tables(server, connection, "ANALYZE")
            yield LargeShop(database, customer, statements)
