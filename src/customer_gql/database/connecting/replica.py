"""A standby that lists are read from while it is near the primary.

What a client has changed itself it finds in its lists: an answer names the position of the primary's log, the client sends it with
its next request, and a replica that has not come so far is not asked. Behind all that fails stands the primary.
"""

import asyncio
import re
import time
from collections import deque
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import asyncpg

from customer_gql.database.lease import LeasingPool
from customer_gql.database.statements import Connection

_LOOK_SECONDS: Final = 1.0
_WAIT_SECONDS: Final = 0.05
"""For which a request waits for a replica that has not come to its position."""
_STEP_SECONDS: Final = 0.01
_ACQUIRE_SECONDS: Final = 0.5
_POSITION: Final = re.compile(r"[0-9A-Fa-f]{1,8}/[0-9A-Fa-f]{1,8}", re.ASCII)
_WRITTEN: Final = """SELECT (inserted - CASE
    WHEN bytes % pg_size_bytes(current_setting('wal_segment_size')) = 40 THEN 40
    WHEN bytes % current_setting('wal_block_size')::INTEGER = 24 THEN 24
    ELSE 0 END)::text
FROM (SELECT inserted, inserted - '0/0'::pg_lsn AS bytes FROM pg_current_wal_insert_lsn() AS inserted) AS log"""
"""The end of the last record. A server that has filled a segment or a page names the place behind the header of the next one, of 40
or 24 bytes (SizeOfXLogLongPHD, SizeOfXLogShortPHD), and no standby comes to that before another record follows."""
_REPLAYED: Final = "SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()::text END"
REPLICA_FAULTS: Final = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.CannotConnectNowError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,  # a row or page that the statement reads was in the way of what the primary did
    asyncpg.UndefinedObjectError,
    asyncpg.UndefinedTableError,  # a migration that has not arrived yet
    asyncpg.UndefinedColumnError,
)
"""Of a replica, after which the primary is asked."""
_OF_BUSY_SERVERS: Final = (TimeoutError, asyncpg.TransactionRollbackError)
"""Those that do not say that it is away."""


class NotFromReplica(Exception):
    """The primary has to be asked."""


def is_position(given: str) -> bool:
    """Whether a text has the form of a position in the log of a server, as in `0/3000148`."""
    return _POSITION.fullmatch(given) is not None


def _parse_position(given: str) -> int:
    high, _, low = given.partition("/")
    return (int(high, 16) << 32) + int(low, 16)


async def read_position(pool: LeasingPool) -> str:
    """How far the log of the primary is; what was committed before is in it."""
    async with pool.acquire() as connection:
        return await connection.fetchval(_WRITTEN)


@dataclass(eq=False)
class Replica:
    """`limit` are the seconds that it may be behind. Nothing is read from it before it was looked at: by `probe`, and by `primary`.
    Lists are read by `pool` alone, so that a server that is busy with them is not taken for one that hangs."""

    pool: LeasingPool
    probe: LeasingPool
    primary: LeasingPool
    limit: float
    seconds_behind: float | None = None
    """None while that is unknown: it does not answer, is no standby, or the primary does not answer."""
    reads: int = 0
    refusals: int = 0
    """Reads that the primary was asked for instead."""
    _written: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=3600))
    _in_use: set[Any] = field(default_factory=set[Any])

    @property
    def is_near(self) -> bool:
        return self.seconds_behind is not None and self.seconds_behind <= self.limit

    def describe_fault(self) -> str | None:
        """What readiness warns of."""
        if self.seconds_behind is None:
            return "The replica does not answer as a standby of the database; lists are read from the primary."
        if not self.is_near:
            behind = f"The replica is {self.seconds_behind:.0f} s behind"
            return f"{behind}, more than CUSTOMER_GQL_REPLICA_SECONDS; lists are read from the primary."
        return None

    @asynccontextmanager
    async def reading(self, position: str | None) -> AsyncGenerator[Connection]:
        """A connection that sees at least what was written up to the position. Raises `NotFromReplica`, also for faults of the
        server inside."""
        if not self.is_near:
            self.refusals += 1
            raise NotFromReplica
        try:
            async with self.pool.acquire(timeout=_ACQUIRE_SECONDS) as connection:
                with self._using(connection):
                    await _require_position(connection, position)
                    self.reads += 1
                    yield connection
        except NotFromReplica:
            self.refusals += 1
            raise
        except REPLICA_FAULTS as error:
            self.refusals += 1
            if not isinstance(error, _OF_BUSY_SERVERS):
                self.seconds_behind = None  # until the next look
            raise NotFromReplica from error

    @contextmanager
    def _using(self, connection: Connection) -> Generator[None]:
        self._in_use.add(connection)
        try:
            yield
        finally:
            self._in_use.discard(connection)

    async def watch(self) -> None:
        """Look at it again and again, until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(_LOOK_SECONDS)

    async def look(self) -> None:
        try:
            async with asyncio.timeout(_LOOK_SECONDS):
                written = await read_position(self.primary)
                async with self.probe.acquire() as connection:
                    replayed = await connection.fetchval(_REPLAYED)
        except Exception:  # noqa: BLE001 - on any error nothing is known of it
            self._leave()
        else:
            if replayed is None:
                self._leave()
            else:
                self.seconds_behind = self._measure(_parse_position(written), _parse_position(replayed))

    def _measure(self, written: int, replayed: int) -> float:
        """Seconds since the primary first had something that the replica does not have, by the clock of this process."""
        now = time.monotonic()
        self._written.append((now, written))
        while self._written and self._written[0][1] <= replayed:
            self._written.popleft()
        return now - self._written[0][0] if self._written else 0.0

    def _leave(self) -> None:
        """Statements that wait for a server which hangs end at once, and run on the primary."""
        self.seconds_behind = None
        for connection in list(self._in_use):
            connection.terminate()


async def _require_position(connection: Connection, position: str | None) -> None:
    if position is not None and not await _has_reached(connection, _parse_position(position)):
        raise NotFromReplica


async def has_replayed(connection: Connection, position: str) -> bool:
    """Whether a standby has come to a position. Raises `NotFromReplica` for a server that is none."""
    replayed = await connection.fetchval(_REPLAYED)
    if replayed is None:
        raise NotFromReplica
    return _parse_position(replayed) >= _parse_position(position)


async def _has_reached(connection: Connection, position: int) -> bool:
    until = time.monotonic() + _WAIT_SECONDS
    while True:
        replayed = await connection.fetchval(_REPLAYED)
        if replayed is not None and _parse_position(replayed) >= position:
            return True
        if replayed is None or time.monotonic() + _STEP_SECONDS > until:
            return False
        await asyncio.sleep(_STEP_SECONDS)


@dataclass(frozen=True, slots=True)
class ReplicaReader:
    """The replica for one request, which has seen what was written up to a position."""

    replica: Replica
    position: str | None = None

    def reading(self) -> Any:
        return self.replica.reading(self.position)
