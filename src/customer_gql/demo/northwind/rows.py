"""Rows that are found again by what names them: inserted where they are missing, then looked up."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.dialects.postgresql import insert

from customer_gql.database.statements import Connection, equals_any, fetch_rows

from .files import Record


async def insert_missing(connection: Connection, table: Table, rows: Sequence[Record], key: str) -> set[Any]:
    """Insert the rows that are not there yet, and return their keys."""
    if not rows:
        return set()
    fresh = await fetch_rows(connection, insert(table).values(rows).on_conflict_do_nothing().returning(table.c[key]))
    return {row[key] for row in fresh}


async def find_ids(connection: Connection, table: Table, key: str, values: Sequence[str]) -> dict[str, int]:
    found = await fetch_rows(connection, select(table.c[key], table.c.id).where(equals_any(table.c[key], values)))
    return {row[key]: row.id for row in found}
