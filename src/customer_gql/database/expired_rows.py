"""Deletion of rows whose time is over. No rule depends on it: every read compares the time itself."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Table, delete, select, tuple_

from customer_gql.core.clock import read_clock

from .distribution.forms import are_forms_distributed
from .pools import Database
from .statements import Connection, equals_any, execute_statement, fetch_rows

BATCH_SIZE: Final = 5_000


@dataclass(frozen=True, slots=True)
class Expiry:
    """The rows of a table that may be deleted at a time."""

    table: Table
    is_over: Callable[[dt.datetime], ColumnElement[bool]]


def expires(table: Table, column: str = "expires_at", *, kept: dt.timedelta = dt.timedelta(0)) -> Expiry:
    """Rows whose column lies in the past, some time after that."""
    return Expiry(table, lambda now: table.c[column] < now - kept)


async def delete_expired_rows(database: Database, expiries: Sequence[Expiry]) -> None:
    """In batches, so that no transaction holds many rows. Running it twice deletes nothing the second time."""
    now = read_clock()
    deleted = 1
    while deleted:
        async with database.transaction() as connection:
            deleted = await delete_expired_batch(connection, expiries, now)


async def delete_expired_batch(connection: Connection, expiries: Sequence[Expiry], now: dt.datetime) -> int:
    """Delete a batch of each table at most; how many rows. Those that somebody else is just writing are left to the next run,
    so that it waits for nobody."""
    deleted = 0
    for expiry in expiries:
        key = list(expiry.table.primary_key.columns)
        batch = select(*key).where(expiry.is_over(now)).limit(BATCH_SIZE)
        if are_forms_distributed():  # nobody locks rows of several machines
            first = [row[0] for row in await fetch_rows(connection, batch)]
            found = [equals_any(key[0], first), expiry.is_over(now)]
        else:
            found = [tuple_(*key).in_(batch.with_for_update(skip_locked=True))]
        deleted += await execute_statement(connection, delete(expiry.table).where(*found))
    return deleted
