"""Distributes the tables by customer where the database has Citus: `customer-gql migrate --distribute`.

What each table becomes is stated where it is declared (`tables.Distribution`). Each table is placed by a statement of its own, which
Citus runs in one transaction, and those that are placed already are left alone: a command that was killed is run again.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import MetaData, Table

from customer_gql.database.statements import Connection
from customer_gql.database.tables import distribution_column

_HAS_CITUS: Final = "SELECT to_regclass('pg_dist_partition') IS NOT NULL"
_PLACED: Final = "SELECT logicalrelid::text FROM pg_dist_partition"
_COLOCATED: Final = "customer"


class Placement(NamedTuple):
    """The call that places a table, with its arguments."""

    table: str
    statement: str
    arguments: tuple[Any, ...]


def plan_placements(metadata: MetaData) -> list[Placement]:
    """Of all tables but local ones: whole ones first, then those of customers, beside which each other one lies, then lookups.
    Within these, a table after those that its foreign keys lead to."""
    order = ("reference", "customer", "lookup")
    tables = [table for table in metadata.sorted_tables if table.info["distribution"] in order]
    return [
        _plan_placement(table) for table in sorted(tables, key=lambda table: order.index(table.info["distribution"]))
    ]


def _plan_placement(table: Table) -> Placement:
    column = distribution_column(table)
    if column is None:
        return Placement(table.name, "SELECT create_reference_table($1::text::regclass)", (table.name,))
    beside = _COLOCATED if table.info["distribution"] == "customer" and table.name != _COLOCATED else "none"
    call = "SELECT create_distributed_table($1::text::regclass, $2, colocate_with => $3)"
    return Placement(table.name, call, (table.name, column, beside))


async def distribute_tables(
    connection: Connection, metadata: MetaData, *, before: Callable[[Connection], Awaitable[object]] | None = None
) -> Sequence[str] | None:
    """Place what is not placed yet, as the owner of the tables; the tables that were. None where there is no Citus, and then nothing
    is done `before` either."""
    if not await connection.fetchval(_HAS_CITUS):
        return None
    if before is not None:
        await before(connection)
    placed = {row[0] for row in await connection.fetch(_PLACED)}
    waiting = [placement for placement in plan_placements(metadata) if placement.table not in placed]
    for placement in waiting:
        # One connection for each machine: tables with foreign keys between them are placed one after the other.
        async with connection.transaction():
            await connection.execute("SET LOCAL citus.multi_shard_modify_mode = 'sequential'")
            await connection.execute(placement.statement, *placement.arguments)
    return [placement.table for placement in waiting]
