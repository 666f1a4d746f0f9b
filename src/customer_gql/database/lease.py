"""A pool whose connections go from one request to the next without a pool's ceremony in between.

asyncpg's pool resets a connection, shields that in a task and passes the connection through a queue: as much work as
a short statement. Reads run in autocommit and set nothing, and transactions set nothing that outlasts them, so that a
connection can stay acquired and be handed on as it is.
"""

import asyncio
from collections import deque
from collections.abc import Generator
from contextlib import suppress
from types import TracebackType
from typing import Any, Final

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from .statements import Connection

_MOST_USES: Final = 10_000  # of a connection at a stretch; then the pool sees it, and may replace it


class LeasingPool(asyncpg.Pool):
    """`leases` says whether connections may be handed on: not before the pool is set up, nor while it closes."""

    def __init__(self, *positional: Any, **named: Any) -> None:
        super().__init__(*positional, **named)
        self.leases = False
        self._free: list[PoolConnectionProxy] = []
        self._waiting: deque[asyncio.Future[PoolConnectionProxy]] = deque()
        self._taken = 0  # of the pool, or on the way; as long as there are fewer than it may have, it gives one at once
        self._parked: tuple[asyncio.Task[Any] | None, PoolConnectionProxy] | None = None
        self._uses = 0
        self._refills: set[asyncio.Task[None]] = set()

    def acquire(self, *, timeout: float | None = None) -> Any:
        return Lease(self, timeout)

    def get_idle_size(self) -> int:
        return len(self._free) + super().get_idle_size()

    def take(self) -> PoolConnectionProxy | None:
        """A connection that is free at this moment, or that this task has just had."""
        if self._parked is not None and self._parked[0] is asyncio.current_task():
            (_, connection), self._parked = self._parked, None
            return connection
        while self._free:
            connection = self._free.pop()
            if is_open(connection) and not _is_expired(connection, self):
                return connection
            with suppress(asyncpg.InterfaceError):
                connection.terminate()  # its place in the pool is free again then
            self._taken -= 1
        return None

    async def taken(self, timeout: float | None) -> PoolConnectionProxy:  # noqa: ASYNC109 - as asyncpg has it
        """A connection, as soon as there is one."""
        return self.take() or await self._wait_for_one(timeout)

    async def _wait_for_one(self, timeout: float | None) -> PoolConnectionProxy:  # noqa: ASYNC109
        if not self.leases or self._taken < self.get_max_size():
            self._taken += 1
            return await self._from_pool(timeout)
        loop = asyncio.get_running_loop()
        handed: asyncio.Future[PoolConnectionProxy] = loop.create_future()
        self._waiting.append(handed)
        patience = None if timeout is None else loop.call_later(timeout, _give_up, handed, TimeoutError())
        try:
            return await handed
        except asyncio.CancelledError:
            # It may have been handed over in the moment of giving up.
            given = handed.done() and not handed.cancelled() and handed.exception() is None
            if given and not self.keep(handed.result()):
                await self.release(handed.result())
            raise
        finally:
            if patience is not None:
                patience.cancel()

    async def _from_pool(self, timeout: float | None = None) -> PoolConnectionProxy:  # noqa: ASYNC109
        """What was counted as taken before."""
        try:
            return await super().acquire(timeout=timeout)
        except BaseException:
            self._taken -= 1
            self._refill_soon()
            raise

    def keep(self, connection: PoolConnectionProxy) -> bool:
        """Hand it on; false when the pool has to get it, to close or to renew it."""
        self._uses += 1
        if not self.leases or self._uses % _MOST_USES == 0 or not is_open(connection) or _is_expired(connection, self):
            return False
        if connection.is_in_transaction():
            return False  # which the pool rolls back
        self._unpark()
        if self._waiting:
            # A task that reads on at once keeps its connection: to wait in line before each read would take it longest to
            # end, and it would hold what it has read meanwhile.
            self._parked = asyncio.current_task(), connection
            asyncio.get_running_loop().call_soon(self._unpark)
        else:
            self._free.append(connection)
        return True

    def _unpark(self) -> None:
        parked, self._parked = self._parked, None
        if parked is not None and not self._hand_over(parked[1]):
            self._free.append(parked[1])

    def _hand_over(self, connection: PoolConnectionProxy) -> bool:
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(connection)
                return True
        return False

    async def release(self, connection: Any, *, timeout: float | None = None) -> None:  # noqa: ASYNC109
        try:
            await super().release(connection, timeout=timeout)
        finally:
            self._taken -= 1
            self._refill_soon()

    def _refill_soon(self) -> None:
        """What went back to the pool, or never came of it, is asked for again for those who wait."""
        if self._waiting and self.leases and self._taken < self.get_max_size():
            self._taken += 1
            refill = asyncio.create_task(self._refill(self._waiting[0]))
            self._refills.add(refill)
            refill.add_done_callback(self._refills.discard)

    async def _refill(self, waiter: "asyncio.Future[PoolConnectionProxy]") -> None:
        try:
            connection = await super().acquire()
        except Exception as error:  # noqa: BLE001 - no connection: it belongs to the task that waited for it
            self._taken -= 1
            _give_up(waiter, error)
            if self._waiting and self._waiting[0] is waiter:
                self._waiting.popleft()
            self._refill_soon()
            return
        if not self.keep(connection):
            await self.release(connection)

    async def close(self) -> None:
        self.leases = False
        self._unpark()
        while self._waiting:
            waiter = self._waiting.popleft()
            _give_up(waiter, asyncpg.InterfaceError("the pool is closing"))
        while self._free:
            await self.release(self._free.pop())
        await super().close()


def _give_up(waiter: "asyncio.Future[PoolConnectionProxy]", error: Exception) -> None:
    if not waiter.done():
        waiter.set_exception(error)


def is_open(connection: "PoolConnectionProxy | Connection") -> bool:
    """Whether it may be used; one that broke was taken back by its pool, and cannot even be asked."""
    try:
        return not connection.is_closed()
    except asyncpg.InterfaceError:
        return False


def _is_expired(connection: PoolConnectionProxy, pool: asyncpg.Pool) -> bool:
    """Whether it was opened before the pool was told to leave its server."""
    holder: Any = connection._holder  # pyright: ignore # noqa: SLF001 - the pool looks only when a connection comes back
    return holder._generation != pool._generation  # pyright: ignore # noqa: SLF001


class Lease:
    """What `acquire` gives: to be entered, or to be awaited by a caller that releases by hand."""

    __slots__ = ("_connection", "_pool", "_timeout")

    def __init__(self, pool: LeasingPool, timeout: float | None) -> None:
        self._pool = pool
        self._timeout = timeout
        self._connection: PoolConnectionProxy | None = None

    async def __aenter__(self) -> PoolConnectionProxy:
        self._connection = await self._pool.taken(self._timeout)
        return self._connection

    async def __aexit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        connection, self._connection = self._connection, None
        assert connection is not None
        if isinstance(error, asyncpg.ReadOnlySQLTransactionError):
            connection.terminate()  # its server has become a standby, and the address may lead to another by now
        # After an error a statement may still be under way; the pool waits for its end.
        if error is not None or not self._pool.keep(connection):
            await self._pool.release(connection)

    def __await__(self) -> Generator[Any, Any, PoolConnectionProxy]:
        return self._pool.taken(self._timeout).__await__()
