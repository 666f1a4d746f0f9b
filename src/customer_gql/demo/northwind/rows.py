"""Rows on their way into tables: claimed by what names them, then copied."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.dialects.postgresql import insert

from customer_gql.database.statements import Connection, equals_any, fetch_rows

from .files import Record


async def claimed(connection: Connection, table: Table, rows: Sequence[Record], key: str) -> set[Any]:
    """Insert the rows that are not there yet, and give back their keys."""
    if not rows:
        return set()
    fresh = await fetch_rows(connection, insert(table).values(rows).on_conflict_do_nothing().returning(table.c[key]))
    return {row[key] for row in fresh}


async def ids(connection: Connection, table: Table, key: str, values: Sequence[str]) -> dict[str, int]:
    found = await fetch_rows(connection, select(table.c[key], table.c.id).where(equals_any(table.c[key], values)))
    return {row[key]: row.id for row in found}


async def copy(connection: Connection, table: Table, rows: Sequence[Record]) -> None:
    if rows:
        records = [tuple(row.values()) for row in rows]
        await connection.copy_records_to_table(table.name, records=records, columns=list(rows[0]))
