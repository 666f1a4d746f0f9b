"""Statements of grids: planned with their values, on connections of their own, and canceled when they take too long."""

import asyncio
from typing import Final

import asyncpg

from customer_gql.database.pools import Database
from customer_gql.database.statements import Row, Statement, fetch_rows

from .limits import read_statement_seconds

QUICK_SECONDS: Final = 1.0
"""Only a statement that takes longer makes the limit be read; it is no lower."""


class StatementTooSlow(Exception):
    """A statement was canceled at `grid.statement_seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The statement was canceled after {seconds:g} s.")
        self.seconds = seconds


async def fetch_in_time(database: Database, statement: Statement, **values: object) -> list[Row]:
    """Rows of a statement; `StatementTooSlow` when it takes longer than the shop allows."""
    async with database.grids.acquire() as connection:
        running = asyncio.ensure_future(fetch_rows(connection, statement, **values))
        limit = QUICK_SECONDS
        try:
            await asyncio.wait([running], timeout=QUICK_SECONDS)
            if not running.done():
                limit = await read_statement_seconds(database)
                await asyncio.wait([running], timeout=limit - QUICK_SECONDS)
            if not running.done():
                raise StatementTooSlow(limit)
            return running.result()
        except asyncpg.QueryCanceledError:  # the server's own limit is lower
            raise StatementTooSlow(limit) from None
        finally:
            if not running.done():
                running.cancel()
                await asyncio.wait([running])
