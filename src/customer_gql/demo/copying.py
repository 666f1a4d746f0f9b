"""Rows on their way into tables by COPY."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Table

from customer_gql.database.seeding import TableRows
from customer_gql.database.statements import Connection


async def copy_rows(connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows that are given by column name and all have the same columns."""
    collected = TableRows()
    collected.extend(rows)
    await copy_table(connection, table, collected)


async def copy_table(connection: Connection, table: Table, rows: TableRows) -> None:
    if rows.records:
        # A pool's connection passes every method on, which its type does not say.
        direct: Any = connection
        await direct.copy_records_to_table(table.name, columns=rows.columns, records=rows.records)
