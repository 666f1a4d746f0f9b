"""Limits of grids that the shop sets: how far lists are counted, and how long a statement may run before it is canceled.

Statements of grids are planned with their values, on connections of their own. The settings themselves are declared where settings are; a grid reads them by their path.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

import asyncpg
from sqlalchemy import BigInteger, Column, ColumnElement, MetaData, Table, Text, cast, func, literal_column, select

from customer_gql.database.connecting.replica import NotFromReplica
from customer_gql.database.pools import Database
from customer_gql.database.statements import Connection, Row, Statement, compile_statement, fetch_rows, fetch_value

EXACT_COUNT_PATH: Final = "grid.exact_count_limit"
EXACT_COUNT: Final = 50_000
STATEMENT_SECONDS_PATH: Final = "grid.statement_seconds"
STATEMENT_SECONDS: Final = 2

_values: Final = Table(
    "configuration_value", MetaData(), Column("path", Text), Column("scope", Text), Column("value", Text)
)


def _setting(path: str, default: int) -> ColumnElement[Any]:
    stored = (
        select(cast(_values.c.value, Text()).cast(BigInteger()))
        .where(_values.c.path == literal_column(f"'{path}'"), _values.c.scope == literal_column("'GLOBAL'"))
        .scalar_subquery()
    )
    return func.coalesce(stored, literal_column(str(default), BigInteger()))


EXACT_COUNT_LIMIT: Final = _setting(EXACT_COUNT_PATH, EXACT_COUNT)
"""An expression, so that it costs no statement of its own."""

_SECONDS: Final = compile_statement(select(_setting(STATEMENT_SECONDS_PATH, STATEMENT_SECONDS)))


async def read_statement_seconds(database: Database) -> int:
    async with database.reads.acquire() as connection:
        return await fetch_value(connection, _SECONDS)


QUICK_SECONDS: Final = 1.0
"""Only a statement that takes longer makes the limit be read; it is no lower."""


class StatementTooSlow(Exception):
    """A statement was canceled at `grid.statement_seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The statement was canceled after {seconds:g} s.")
        self.seconds = seconds


async def fetch_in_time(database: Database, statement: Statement, **values: object) -> list[Row]:
    """Rows of a statement, of a replica where one is near enough; `StatementTooSlow` when it takes longer than the shop allows."""
    if database.replica is not None:
        with suppress(NotFromReplica):
            async with database.replica.reading() as connection:
                return await _fetch_in_time(connection, database, statement, values)
    async with database.grids.acquire() as connection:
        return await _fetch_in_time(connection, database, statement, values)


async def _fetch_in_time(
    connection: Connection, database: Database, statement: Statement, values: Mapping[str, object]
) -> list[Row]:
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
