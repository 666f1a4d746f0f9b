"""Limits of grids that the shop sets: how far lists are counted, and how long a statement may run.

The settings themselves are declared where settings are; a grid reads them by their path.
"""

from typing import Any, Final

from sqlalchemy import BigInteger, Column, ColumnElement, MetaData, Table, Text, cast, func, literal_column, select

from customer_gql.database.pools import Database
from customer_gql.database.statements import compile_statement, fetch_value

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
