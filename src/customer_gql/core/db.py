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

from .leases import LeasingPool

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


class BoundedPool(LeasingPool):
    """A pool nobody waits for longer than `wait` seconds, and that counts its uses."""

    wait: float | None = None
    uses: int = 0

    def acquire(self, *, timeout: float | None = None) -> Any:
        self.uses += 1
        timeout = self.wait if timeout is None else timeout
        return super().acquire(timeout=timeout)


@dataclass(frozen=True, slots=True)
class Patience:
    """In seconds: how long the database may work, wait for a lock, and make others wait; None waits for ever."""

    statement: float = 30
    lock: float = 2
    acquire: float | None = None
    client_check: float = 0
    """How soon the server ends the statement of a client that died; it has to be able to see that."""

    @property
    def connect(self) -> float:
        return 10 if self.acquire is None else self.acquire

    @property
    def answer(self) -> float:
        """Somewhat longer than a statement may take: a database that hangs ends none by itself."""
        return self.statement + 0.5


def pool(
    url: str,
    size: int,
    patience: Patience,
    *,
    prepared_statements: bool = True,
    on_statement: Callable[[Any], None] | None = None,
    reset: Callable[[Any], Any] | None = None,
    **server_settings: str,
) -> BoundedPool:
    """To be entered; every connection of it carries its time limits itself, whatever the role's are."""

    async def watch(connection: Any) -> None:
        if on_statement is not None:
            connection.add_query_logger(on_statement)

    limits = {"statement_timeout": _ms(patience.statement), "lock_timeout": _ms(patience.lock)}
    if patience.client_check:
        limits["client_connection_check_interval"] = _ms(patience.client_check)
    made = BoundedPool(
        url,
        connection_class=asyncpg.Connection,
        record_class=Row,
        init_size=None,
        min_size=1,
        max_size=size,
        max_queries=50_000,
        max_inactive_connection_lifetime=300,
        loop=None,
        connect=None,
        setup=None,
        init=watch,
        reset=reset,
        statement_cache_size=512 if prepared_statements else 0,
        timeout=patience.connect,
        command_timeout=patience.answer,
        server_settings={**limits, **server_settings},
    )
    made.wait = patience.acquire
    made.leases = reset is not None
    return made


def _ms(seconds: float) -> str:
    return f"{round(seconds * 1000)}ms"


@asynccontextmanager
async def connected(
    url: str,
    *,
    read_connections: int = 4,
    write_connections: int = 2,
    prepared_statements: bool = True,
    statement_timeout_seconds: float = 30,
    patience: Patience | None = None,
    on_statement: Callable[[Any], None] | None = None,
) -> AsyncGenerator[Database]:
    """Open both pools, and close them on leaving. Raises `DatabaseUnreachable` with one clear sentence.

    `on_statement` is told of every statement that runs, as asyncpg's query loggers are.
    """
    waits = patience or Patience(statement=statement_timeout_seconds)
    options: dict[str, Any] = {"prepared_statements": prepared_statements, "on_statement": on_statement}
    # A read's statement is the same each time and its keys are arrays: planning anew would cost more than running it.
    fixed = {"jit": "off", "plan_cache_mode": "force_generic_plan", "default_transaction_read_only": "on"}
    careful = {"idle_in_transaction_session_timeout": "10s"}
    limit = waits.connect
    try:
        async with (
            pool(url, read_connections, waits, reset=_keep, **fixed, **options) as reads,
            pool(url, write_connections, waits, **careful, **options) as writes,
        ):
            limit = waits.answer
            yield Database(reads, writes)
    except CONNECTION_FAULTS as error:
        silent = f"nothing came within {limit:g} s" if isinstance(error, TimeoutError) else type(error).__name__
        reason = str(error) or silent
        raise DatabaseUnreachable(f"The database does not answer as configured: {reason}") from error


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
