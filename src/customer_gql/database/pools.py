"""Connection pools with time limits, and transactions."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Protocol

import asyncpg

from customer_gql.core.telemetry.spans import statement_listeners

from .connecting.checks import check_server
from .connecting.hosts import HostsInTurn, choose_attribute
from .lease import LeasingPool
from .projections import Projection
from .session_limits import BEHIND_POOLER, find_missing_limits, make_local_statement
from .statements import KEPT_STATEMENT, Connection, Row, end_statement
from .transactions import MarkingConnection, transaction


async def _end_open_statement(connection: Any) -> None:
    """No session is changed, and the pool has rolled back: all that an error may leave is a statement. A connection that was
    lost is noticed when it is taken next."""
    with suppress(OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError):
        await end_statement(connection)


@dataclass(frozen=True, slots=True)
class Database:
    """Pools: reads outside transactions with plans made once, transactions for mutations, and lists that are filtered.

    A list is planned with the values of its filter. It may take long, so that it has connections of its own: the other reads
    never wait for it.
    """

    reads: "BoundedPool"
    writes: "BoundedPool"
    grids: "BoundedPool"
    replica: "ReplicaSource | None" = None
    """What lists may be read from instead of `grids`; None where that is the primary alone."""

    async def leave_server(self) -> None:
        """Have every connection closed after its use: the server behind it takes no writes any more."""
        for pool in (self.reads, self.writes, self.grids):
            await pool.expire_connections()

    @asynccontextmanager
    async def transaction(self, *, dry_run: bool = False) -> AsyncGenerator[Connection]:
        """Commit on leaving; a dry run rolls back instead, after everything was tried for real."""
        async with self.writes.acquire() as connection, transaction(connection, dry_run=dry_run):
            yield connection


class ReplicaSource(Protocol):
    """A standby, for one request; see `connecting.replica`."""

    def reading(self) -> Any: ...


class BoundedPool(LeasingPool):
    """A pool nobody waits for longer than `wait` seconds, and that counts its uses."""

    wait: float | None = None
    uses: int = 0

    def acquire(self, *, timeout: float | None = None) -> Any:
        self.uses += 1
        timeout = self.wait if timeout is None else timeout
        return super().acquire(timeout=timeout)


@dataclass(frozen=True, slots=True)
class TimeLimits:
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

    @property
    def server_settings(self) -> dict[str, str]:
        limits = {
            "statement_timeout": _in_milliseconds(self.statement),
            "lock_timeout": _in_milliseconds(self.lock),
        }
        if self.client_check:
            limits["client_connection_check_interval"] = _in_milliseconds(self.client_check)
        return limits


def create_pool(
    url: str,
    size: int,
    patience: TimeLimits,
    *,
    prepared_statements: bool = True,
    on_statement: Callable[[Any], None] | None = None,
    connection_class: type[MarkingConnection] = MarkingConnection,
    projections: Sequence[Projection] | None = None,
    is_opened_at_start: bool = True,
    **server_settings: str,
) -> BoundedPool:
    """Limits are stated by each connection, or without prepared statements by each transaction. Nothing outlasts it, so that
    connections are handed on as they are."""
    limits = {**patience.server_settings, **server_settings}

    made = BoundedPool(
        url,
        connect=HostsInTurn(url),
        target_session_attrs=choose_attribute(url),
        connection_class=connection_class,
        min_size=1 if is_opened_at_start else 0,
        max_size=size,
        init=partial(
            _prepare_connection,
            projections=projections,
            local_limits="" if prepared_statements else make_local_statement(limits),
            on_statement=on_statement,
        ),
        reset=_end_open_statement,
        statement_cache_size=512 if prepared_statements else 0,
        timeout=patience.connect,
        command_timeout=patience.answer,
        server_settings=limits if prepared_statements else {},
        **_SAME_FOR_ALL,
    )
    made.wait = patience.acquire
    made.leases = True
    return made


async def _prepare_connection(
    connection: Any,
    *,
    projections: Sequence[Projection] | None,
    local_limits: str,
    on_statement: Callable[[Any], None] | None,
) -> None:
    connection.marks.projections, connection.marks.limits = projections, local_limits
    for listener in (*statement_listeners(), *([] if on_statement is None else [on_statement])):
        connection.add_query_logger(listener)


_SAME_FOR_ALL: Final[dict[str, Any]] = {
    "record_class": Row,
    "max_queries": 50_000,
    "max_inactive_connection_lifetime": 300,
    "loop": None,
    "max_cacheable_statement_size": KEPT_STATEMENT,
}


def _in_milliseconds(seconds: float) -> str:
    return f"{round(seconds * 1000)}ms"


def create_list_pool(url: str, size: int, patience: TimeLimits, **options: Any) -> BoundedPool:
    """Connections for lists that are filtered, whose statements are planned with their values."""
    return create_pool(url, size, patience, is_opened_at_start=False, **_PLANNED, **options)


# A read's statement is the same each time and its keys are arrays: planning it again would cost more than running it.
_FIXED: Final = {"jit": "off", "plan_cache_mode": "force_generic_plan", "default_transaction_read_only": "on"}
_PLANNED: Final = {**_FIXED, "plan_cache_mode": "force_custom_plan"}
_CAREFUL: Final = {"idle_in_transaction_session_timeout": "10s"}


@asynccontextmanager
async def open_database(
    url: str,
    *,
    read_connections: int = 4,
    write_connections: int = 2,
    grid_connections: int = 2,
    prepared_statements: bool = True,
    statement_timeout_seconds: float = 30,
    patience: TimeLimits | None = None,
    on_statement: Callable[[Any], None] | None = None,
    connection_class: type[MarkingConnection] = MarkingConnection,
    projections: Sequence[Projection] | None = None,
) -> AsyncGenerator[Database]:
    """Open the pools, and close them on leaving. Raises `DatabaseUnreachable` with one clear sentence.

    Writes that touch what `projections` read need them; without them such a write raises.
    `on_statement` is told of every statement that runs, as asyncpg's query loggers are.
    """
    waits = patience or TimeLimits(statement=statement_timeout_seconds)
    options: dict[str, Any] = {
        "prepared_statements": prepared_statements,
        "on_statement": on_statement,
        "connection_class": connection_class,
    }
    limit = waits.connect
    try:
        async with (
            create_pool(url, read_connections, waits, **_FIXED, **options) as reads,
            create_pool(url, write_connections, waits, projections=projections, **_CAREFUL, **options) as writes,
            create_list_pool(url, grid_connections, waits, **options) as grids,
        ):
            limit = waits.answer
            if prepared_statements:
                await _require_limits(reads, waits.server_settings)
            await _check_server_of(reads)
            yield Database(reads, writes, grids)
    except CONNECTION_FAULTS as error:
        raise DatabaseUnreachable(_explain_fault(error, limit)) from error


async def _check_server_of(pool: BoundedPool) -> None:
    async with pool.acquire() as connection:
        await check_server(connection)


def _explain_fault(error: BaseException, limit: float) -> str:
    if isinstance(error, asyncpg.ProtocolViolationError):
        return BEHIND_POOLER.format(names=error)
    silent = f"nothing came within {limit:g} s" if isinstance(error, TimeoutError) else type(error).__name__
    return f"The database does not answer as configured: {str(error) or silent}"


async def _require_limits(pool: BoundedPool, limits: Mapping[str, str]) -> None:
    async with pool.acquire() as connection:
        missing = await find_missing_limits(connection, limits)
    if missing:
        raise DatabaseUnreachable(BEHIND_POOLER.format(names=", ".join(missing)))


class DatabaseUnreachable(Exception):
    """The server is away, refuses the credentials, or has no such database."""


CONNECTION_FAULTS: Final = (
    OSError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.CannotConnectNowError,
    asyncpg.ProtocolViolationError,
    asyncpg.exceptions.ClientConfigurationError,
    asyncpg.TargetServerAttributeNotMatched,  # of several hosts
)
