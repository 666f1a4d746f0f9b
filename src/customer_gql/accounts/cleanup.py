"""Taking away what no longer lets anybody in (domain §44). Expired rows are refused before that too."""

import datetime as dt
from typing import Final

from sqlalchemy import Table, delete, select

from customer_gql.core.db import execute
from customer_gql.jobs.work import Tools

from .tables import customer_token, password_reset

BATCH: Final = 5_000
# The limits on reset mails count what was asked for within the last day.
KEPT: Final = ((customer_token, dt.timedelta()), (password_reset, dt.timedelta(days=2)))


async def delete_expired(tools: Tools) -> None:
    """In batches, so that no statement holds many rows. Doing it twice does nothing the second time."""
    for table, kept in KEPT:
        before = dt.datetime.now(dt.UTC) - kept
        while await _delete_batch(tools, table, before) == BATCH:
            pass


async def _delete_batch(tools: Tools, table: Table, before: dt.datetime) -> int:
    old = select(table.c.token_hash).where(table.c.expires_at < before).limit(BATCH)
    async with tools.database.transaction() as connection:
        return await execute(connection, delete(table).where(table.c.token_hash.in_(old)))
