"""Stored rows of customers beside the temporary tables of an import.

One machine joins both. A distributed database has the temporary tables on the machine of the session alone, and joins them with
nothing: there the stored rows are copied beside them first, a batch of keys at a time, and the statements read the copies.
"""

import re
from collections.abc import AsyncIterator
from functools import cache
from typing import Any, Final

from sqlalchemy import ARRAY, Column, Table, any_, bindparam, select
from sqlalchemy.dialects import postgresql

from customer_gql.administration.customer_import.long_statements import LONG_SECONDS
from customer_gql.customers.addresses.tables import address
from customer_gql.customers.profile.tables import customer, customer_email
from customer_gql.database.distribution.forms import are_forms_distributed
from customer_gql.database.statements import Connection, Statement, compile_statement

BATCH_KEYS: Final = 5_000
_COPIED: Final = (customer, address, customer_email)
_COPY: Final = "import_stored_"
_IS_READ: Final = re.compile(rf"\b(FROM|JOIN) ({'|'.join(of.name for of in _COPIED)})\b")


def beside(sql: str) -> str:
    """The statement of one machine; in a distributed database one that reads the copies, which have to be there."""
    return _IS_READ.sub(rf"\1 {_COPY}\2", sql) if are_forms_distributed() else sql


async def copy_customers(connection: Connection, ids: str) -> None:
    """Those whose ids this statement selects, as they are now, in place of those copied before; see `beside`."""
    await _copy_rows(connection, customer, customer.c.id, ids)


async def copy_addresses(connection: Connection, customer_ids: str) -> None:
    """All addresses of these customers."""
    await _copy_rows(connection, address, address.c.customer_id, customer_ids)


async def copy_claims(connection: Connection, emails: str) -> None:
    """Claims on these addresses, in their account form."""
    await _copy_rows(connection, customer_email, customer_email.c.email_normalised, emails)


async def _copy_rows(connection: Connection, of: Table, key: Column[Any], keys: str) -> None:
    if not are_forms_distributed():
        return
    name = f"{_COPY}{of.name}"
    await connection.execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
    await connection.execute(f"CREATE TEMPORARY TABLE {name} ({_list_columns(of)}) ON COMMIT DROP")
    read, columns = _read_by_keys(of, key), of.columns.keys()
    async for batch in _select_batches_of_keys(
        connection, f"SELECT DISTINCT key FROM ({keys}) AS named (key) WHERE key IS NOT NULL"
    ):
        rows = await connection.fetch(read.sql, batch, timeout=LONG_SECONDS)
        records = [tuple(row) for row in rows]
        await connection.copy_records_to_table(name, records=records, columns=columns, timeout=LONG_SECONDS)
    await connection.execute(f"CREATE INDEX ON {name} ({key.name})", timeout=LONG_SECONDS)
    await connection.execute(f"ANALYZE {name}", timeout=LONG_SECONDS)


async def _select_batches_of_keys(connection: Connection, sql: str) -> AsyncIterator[list[Any]]:
    batch: list[Any] = []
    async for row in connection.cursor(sql, prefetch=BATCH_KEYS, timeout=LONG_SECONDS):
        batch.append(row.key)
        if len(batch) == BATCH_KEYS:
            yield batch
            batch = []
    if batch:
        yield batch


@cache
def _list_columns(of: Table) -> str:
    return ", ".join(f'"{one.name}" {one.type.compile(postgresql.dialect())}' for one in of.columns)


@cache
def _read_by_keys(of: Table, key: Column[Any]) -> Statement:
    keys: Any = bindparam("keys", type_=ARRAY(key.type))
    return compile_statement(select(of).where(key == any_(keys)))
