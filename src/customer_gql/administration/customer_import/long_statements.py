"""Statements of an import, which is long work on purpose; the limits of the pool are those of a request."""

from typing import Final

from customer_gql.database.statements import Connection

LONG_SECONDS: Final = 3_600.0


async def execute_long(connection: Connection, sql: str, *values: object) -> int:
    """How many rows it touched."""
    tag = await connection.execute(sql, *values, timeout=LONG_SECONDS)
    return int(tag.rpartition(" ")[2])
