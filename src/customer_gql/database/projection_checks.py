"""Whether stored rows are what they would be recomputed to: of all customers, or of a sample at night."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Float,
    Integer,
    Table,
    Text,
    any_,
    bindparam,
    column,
    func,
    literal,
    select,
    table as table_clause,
    union,
)

from .projections import Progress, Projection, Reprojected, owner_column, work_in_batches
from .statements import AnySelect, Connection, compile_statement, fetch_rows

MOST_NAMED: Final = 20
"""Customers that a comparison names."""
SAMPLED_CUSTOMERS: Final = 5_000


@dataclass(slots=True)
class ComparedRows:
    """What the samples of this process have compared since its start."""

    customers: int = 0
    differing_rows: int = 0


COMPARED: Final[dict[str, ComparedRows]] = {}
"""By the table of the projection."""


async def compare_all(connection: Connection, projection: Projection, on_progress: Progress) -> Reprojected:
    """Count the rows that differ from what they would be recomputed to. Each batch is one statement, so one moment."""
    named: list[int] = []

    async def compare(customer_ids: Sequence[int]) -> int:
        found = await projection.find_differences(connection, customer_ids)
        named.extend(sorted(found)[: MOST_NAMED - len(named)])
        return sum(found.values())

    return replace(await work_in_batches(connection, projection, compare, on_progress), differing=tuple(named))


async def compare_sample(connection: Connection, projection: Projection, size: int = SAMPLED_CUSTOMERS) -> Reprojected:
    """Compare the rows of some customers, chosen at random, and count them in `COMPARED`."""
    customer_ids = await _sample_customers(connection, projection, size)
    found = await projection.find_differences(connection, customer_ids)
    compared = COMPARED.setdefault(projection.table.name, ComparedRows())
    compared.customers += len(customer_ids)
    compared.differing_rows += sum(found.values())
    return Reprojected(len(customer_ids), sum(found.values()), tuple(sorted(found)[:MOST_NAMED]))


async def _sample_customers(connection: Connection, projection: Projection, size: int) -> list[int]:
    """Customers of random pages of every table that the projection reads or writes, so that a row of nobody is found too."""
    tables = {table.name: table for table in (*projection.reads, projection.table)}
    estimates = await fetch_rows(connection, _ESTIMATES, names=list(tables))
    parts = [_sample_owners(tables[row.relname], row.reltuples, size) for row in estimates]
    every = union(*parts).subquery()
    limit: Any = literal(size, Integer())
    rows = await fetch_rows(connection, select(every.c.id).order_by(func.random()).limit(limit))
    return sorted(row.id for row in rows)


_names: ColumnElement[Any] = bindparam("names", type_=ARRAY(Text()))
_pg_class: Final = table_clause("pg_class", column("oid"), column("relname"), column("reltuples"))
_ESTIMATES: Final = compile_statement(
    select(_pg_class.c.relname, _pg_class.c.reltuples).where(
        _pg_class.c.relname == any_(_names), func.pg_table_is_visible(_pg_class.c.oid)
    )
)


def _sample_owners(table: Table, row_count: float, size: int) -> AnySelect:
    """Pages with about twice as many rows as customers are wanted; of a small table, or one that was never analysed, all."""
    percent = min(100.0, 200.0 * size / row_count) if row_count > 0 else 100.0
    sampled = table.tablesample(func.system(literal(percent, Float())))
    return select(owner_column(sampled).label("id"))
