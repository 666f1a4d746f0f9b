"""Tables are SQLAlchemy Core's, statements are compiled once, asyncpg runs them.

Nothing here knows a session or an entity: a statement gives plain rows, read by attribute.
"""

import enum
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, cast

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from sqlalchemy import (
    ARRAY,
    CHAR,
    CheckConstraint,
    Column,
    ColumnElement,
    DateTime,
    MetaData,
    Table,
    any_,
    func,
    literal,
)
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.schema import SchemaItem
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Spread = Literal["customer", "lookup", "reference", "local"]
"""How a table would be spread over machines.

customer: by `customer_id`, which stands in its primary key and every unique key;
lookup: by the first column of its primary key, to find a customer by something unique;
reference: whole on every machine, small, rarely written; local: on one machine, as queues are.
"""


def table(name: str, *items: SchemaItem, spread: Spread, append_only: bool = False, **info: Any) -> Table:
    """A table of the one metadata. `append_only` takes UPDATE and DELETE away from its owner, see migrations."""
    return Table(name, metadata, *items, info={"spread": spread, "append_only": append_only, **info})


class Row(asyncpg.Record):
    """A row whose columns are attributes, as the graph's types describe them."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"the statement selects no column {name!r}") from None


Connection: TypeAlias = asyncpg.Connection | PoolConnectionProxy

_DIALECT: Final = dialect(paramstyle="numeric_dollar")


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """SQL with numbered parameters, the names of these in order, and the values they have when none is given."""

    sql: str
    names: tuple[str, ...]
    defaults: Mapping[str, Any]

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        defaults = self.defaults
        return [values[name] if name in values else defaults[name] for name in self.names]


def compiled(clause: Executable) -> Statement:
    """SQL of a Core statement for asyncpg. Compile what is known in advance once, at import."""
    result = cast("ClauseElement", clause).compile(dialect=_DIALECT)
    assert isinstance(result, SQLCompiler)
    return Statement(str(result), tuple(result.positiontup or ()), dict(result.params))


def _statement(clause: Executable | Statement) -> Statement:
    return clause if isinstance(clause, Statement) else compiled(clause)


async def fetch(connection: Connection, clause: Executable | Statement, **values: Any) -> list[Row]:
    statement = _statement(clause)
    return await connection.fetch(statement.sql, *statement.arguments(values))


async def fetch_one(connection: Connection, clause: Executable | Statement, **values: Any) -> Row | None:
    statement = _statement(clause)
    return await connection.fetchrow(statement.sql, *statement.arguments(values))


async def fetch_value(connection: Connection, clause: Executable | Statement, **values: Any) -> Any:
    statement = _statement(clause)
    return await connection.fetchval(statement.sql, *statement.arguments(values))


async def execute(connection: Connection, clause: Executable | Statement, **values: Any) -> int:
    """Run a statement that gives no rows; how many rows it touched."""
    statement = _statement(clause)
    tag = await connection.execute(statement.sql, *statement.arguments(values))
    return int(tag.rpartition(" ")[2]) if tag[-1].isdigit() else 0


def among(column: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    """`column = ANY(values)`: one statement text for any number of values."""
    return column == any_(literal(list(values), ARRAY(column.type)))


async def _keep(_connection: Any) -> None:
    """Reads run in autocommit and set nothing, so a connection is handed on as it is, without a reset statement."""


@dataclass(frozen=True, slots=True)
class Database:
    """Two pools: reads outside transactions with plans made once, and transactions for mutations."""

    reads: asyncpg.Pool
    writes: asyncpg.Pool

    @asynccontextmanager
    async def transaction(self, *, dry_run: bool = False) -> AsyncGenerator[Connection]:
        """Commit on leaving; a dry run rolls back instead, after everything was tried for real."""
        async with self.writes.acquire() as connection:
            transaction = connection.transaction()
            await transaction.start()
            try:
                yield connection
            except BaseException:
                await transaction.rollback()
                raise
            await (transaction.rollback() if dry_run else transaction.commit())


@asynccontextmanager
async def connected(
    url: str,
    *,
    read_connections: int = 4,
    write_connections: int = 2,
    prepared_statements: bool = True,
    statement_timeout_seconds: int = 30,
    on_statement: Callable[[Any], None] | None = None,
) -> AsyncGenerator[Database]:
    """Open both pools, and close them on leaving. Raises `DatabaseUnreachable` with one clear sentence.

    `on_statement` is told of every statement that runs, as asyncpg's query loggers are.
    """

    async def watch(connection: Any) -> None:
        if on_statement is not None:
            connection.add_query_logger(on_statement)

    options: dict[str, Any] = {
        "record_class": Row,
        "statement_cache_size": 512 if prepared_statements else 0,
        "min_size": 1,
        "init": watch,
        "timeout": 10,
        "command_timeout": statement_timeout_seconds + 5,
    }
    limits = {"statement_timeout": f"{statement_timeout_seconds}s", "lock_timeout": "2s"}
    # A read's statement is the same each time and its keys are arrays: planning anew would cost more than running it.
    fixed = {**limits, "jit": "off", "plan_cache_mode": "force_generic_plan", "default_transaction_read_only": "on"}
    careful = {**limits, "idle_in_transaction_session_timeout": "10s"}
    try:
        async with (
            asyncpg.create_pool(url, max_size=read_connections, reset=_keep, server_settings=fixed, **options) as reads,
            asyncpg.create_pool(url, max_size=write_connections, server_settings=careful, **options) as writes,
        ):
            yield Database(reads, writes)
    except CONNECTION_FAULTS as error:
        raise DatabaseUnreachable(f"The database does not answer as configured: {error}") from error


class DatabaseUnreachable(Exception):
    """The server is away, refuses the credentials, or has no such database."""


CONNECTION_FAULTS: Final = (
    OSError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.CannotConnectNowError,
    asyncpg.exceptions.ClientConfigurationError,
)


def one_of(column: str, values: type[enum.Enum]) -> CheckConstraint:
    """The column holds one of the enum's values; the enum may grow by a migration of this constraint."""
    listed = ", ".join(f"'{value.value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def created_at(name: str = "created_at") -> Column[Any]:
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())


def currency(name: str = "currency") -> Column[Any]:
    return Column(name, CHAR(3), nullable=False)
