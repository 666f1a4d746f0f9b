"""Rows of customers written by what the temporary tables of an import say, see `reading`."""

import re
from collections.abc import AsyncIterator
from typing import Any, Final

from customer_gql.administration.customer_import.long_statements import LONG_SECONDS, execute_long
from customer_gql.database.distribution.forms import are_forms_distributed
from customer_gql.database.statements import Connection

from .reading import beside

BATCH_ROWS: Final = 2_000
_GIVEN: Final = re.compile(r"\{given\} AS (\w+)")


async def write_beside(connection: Connection, sql: str, source: str, *values: Any, own: Any = None) -> int:
    """Run a statement for the rows that `source` selects from temporary tables with `values`. In `sql` they are `{given} AS name`,
    and `{own}` is a value that the source does not know. How many rows were written.

    One machine writes by the source itself. A distributed database gets its rows as JSON, in batches, and by its keys.
    """
    if not are_forms_distributed():
        whole = _GIVEN.sub(rf"({source}) AS \1", sql).replace("{own}", f"${len(values) + 1}")
        return await execute_long(connection, whole, *values, *([own] if "{own}" in sql else []))
    read = beside(source)
    listed = await _list_given_columns(connection, read)
    written = _GIVEN.sub(rf"jsonb_to_recordset($1::jsonb) AS \1 ({listed})", sql).replace("{own}", "$2")
    count = 0
    async for rows in _select_batches_as_json(connection, read, *values):
        count += await execute_long(connection, written, rows, *([own] if "{own}" in sql else []))
    return count


async def _list_given_columns(connection: Connection, source: str) -> str:
    statement = await connection.prepare(source, timeout=LONG_SECONDS)
    return ", ".join(f'"{one.name}" {one.type.name}' for one in statement.get_attributes())


async def _select_batches_as_json(connection: Connection, source: str, *values: Any) -> AsyncIterator[str]:
    """JSON arrays of rows."""
    batch: list[str] = []
    sql = f"SELECT to_jsonb(given)::text AS given FROM ({source}) AS given"
    async for row in connection.cursor(sql, *values, prefetch=BATCH_ROWS, timeout=LONG_SECONDS):
        batch.append(row.given)
        if len(batch) == BATCH_ROWS:
            yield f"[{','.join(batch)}]"
            batch = []
    if batch:
        yield f"[{','.join(batch)}]"
