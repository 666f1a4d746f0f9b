"""Stops a transaction at a chosen statement, so that a test decides what happens meanwhile.

    async with stop_before("FROM customer WHERE", "FOR UPDATE") as stop:
        signing_in = asyncio.create_task(client.data(SIGN_IN, ...))
        await stop.reached_by(signing_in)
        ...  # what another request does just then
    answer = await signing_in

The first statement (or the nth) that holds all the texts, with single spaces, is stopped; leaving the block resumes it.
The limits of the database go on counting: ten seconds for a transaction that stands still, two for a wait for a lock.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import Any, TypeVar

import asyncpg

from customer_gql.database.statements import Connection
from customer_gql.database.transactions import MarkingConnection
from support.hand_written import HAND_WRITTEN, NUMBERS, HandWritten, find_recomputed

T = TypeVar("T")
SECONDS = 10
BLOCKING = "SELECT count(*) FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))"
BLOCKED = "SELECT count(*) FROM pg_stat_activity WHERE $1 = ANY(pg_blocking_pids(pid))"


async def until_blocking(connection: Connection, *, task: asyncio.Task[Any] | None = None, blocks: bool = True) -> None:
    """Wait until somebody waits for a lock of this connection's transaction, or nobody does any more. Fails when that takes too
    long, or when the task that was to wait ends without."""
    async with asyncio.timeout(SECONDS):
        while bool(await connection.fetchval(BLOCKING)) is not blocks:
            assert task is None or not task.done(), "the task waited for no lock"
            await asyncio.sleep(0.01)


class Stop:
    """One place where a transaction stands still; `backend` is the server process of its connection."""

    def __init__(self, parts: tuple[str, ...], *, after: bool, nth: int) -> None:
        self.parts = parts
        self.after = after
        self.left = nth
        self.backend: int | None = None
        self._reached = asyncio.Event()
        self._resumed = asyncio.Event()

    def is_at(self, query: str) -> bool:
        """Counts the statements that fit."""
        fits = all(part in query for part in self.parts)
        self.left -= fits
        return fits and self.left == 0

    async def hold(self, connection: asyncpg.Connection) -> None:
        self.backend = connection.get_server_pid()
        self._reached.set()
        await self._resumed.wait()

    def resume(self) -> None:
        self._resumed.set()

    async def reached_by(self, task: asyncio.Task[Any]) -> None:
        """Wait until the task's transaction stands here. Fails when the task ends without such a statement."""
        reached = asyncio.ensure_future(self._reached.wait())
        await asyncio.wait({task, reached}, timeout=SECONDS, return_when=asyncio.FIRST_COMPLETED)
        reached.cancel()
        assert self._reached.is_set(), f"no statement with {' and '.join(self.parts)}"

    async def is_waited_for_by(self, task: asyncio.Task[Any], connection: Connection) -> bool:
        """Whether the task comes to wait for a lock of the stopped transaction, rather than to its end."""
        async with asyncio.timeout(SECONDS):
            while not task.done():
                if await connection.fetchval(BLOCKED, self.backend):
                    return True
        return False


_stops: list[Stop] = []


@asynccontextmanager
async def _stop(stop: Stop) -> AsyncGenerator[Stop]:
    _stops.append(stop)
    try:
        yield stop
    finally:
        _stops.remove(stop)
        stop.resume()


def stop_before(*parts: str, nth: int = 1) -> AbstractAsyncContextManager[Stop]:
    """What the statement reads or writes is decided only after the block."""
    return _stop(Stop(parts, after=False, nth=nth))


def stop_after(*parts: str, nth: int = 1) -> AbstractAsyncContextManager[Stop]:
    """The statement was executed, and its locks are held until after the block."""
    return _stop(Stop(parts, after=True, nth=nth))


class StoppableConnection(MarkingConnection):
    """The connection of the tests' pools; without a stop it does what any does."""

    __slots__ = ("by_hand", "recomputed")

    def __init__(self, *positional: Any, **named: Any) -> None:
        super().__init__(*positional, **named)
        self.recomputed: list[tuple[str, tuple[Any, ...], int]] = []
        self.by_hand: list[tuple[str, tuple[Any, ...]]] = []
        """In this transaction, and not recomputed in it since."""

    async def execute(self, query: str, *args: Any, **options: Any) -> str:
        return await self._run(query, args, partial(super().execute, query, *args, **options))

    async def executemany(self, command: str, args: Any, **options: Any) -> None:
        args = list(args)
        return await self._run(command, tuple(args), partial(super().executemany, command, args, **options))

    async def fetch(self, query: str, *args: Any, **options: Any) -> list[Any]:
        return await self._run(query, args, partial(super().fetch, query, *args, **options))

    async def fetchrow(self, query: str, *args: Any, **options: Any) -> Any:
        return await self._run(query, args, partial(super().fetchrow, query, *args, **options))

    async def fetchval(self, query: str, *args: Any, **options: Any) -> Any:
        return await self._run(query, args, partial(super().fetchval, query, *args, **options))

    async def _run(self, query: str, args: tuple[Any, ...], run: Callable[[], Coroutine[Any, Any, T]]) -> T:
        is_by_hand = self._observe(query, args)
        if not _stops:
            result = await run()
        else:
            text = " ".join(query.split())
            await self._hold_at(text, after=False)
            result = await run()
            await self._hold_at(text, after=True)
        if is_by_hand:  # again, because what was recomputed while it ran or waited may not have seen it
            HAND_WRITTEN[self._params.database].touch(query, args)
        return result

    def _observe(self, query: str, args: tuple[Any, ...]) -> bool:
        """Tell what is written by hand, and say whether this is. What is recomputed counts once it is committed."""
        written = HAND_WRITTEN[self._params.database]
        if find_recomputed(query) and self.is_in_transaction():
            self.recomputed.append((query, args, next(NUMBERS)))
            self.by_hand.clear()
            return False
        if query in {"COMMIT;", "ROLLBACK;"}:
            self._end_transaction(written, is_committed=query == "COMMIT;")
            return False
        is_by_hand = written.observe(query, args, is_of_service=self.marks.is_open)
        if is_by_hand and self.is_in_transaction():
            self.by_hand.append((query, args))
        return is_by_hand

    def _end_transaction(self, written: HandWritten, *, is_committed: bool) -> None:
        if is_committed:
            for query, args, at in self.recomputed:
                written.observe(query, args, at=at)
            for query, args in self.by_hand:
                written.touch(query, args)
        self.recomputed.clear()
        self.by_hand.clear()

    async def _hold_at(self, text: str, *, after: bool) -> None:
        for stop in _stops:
            if stop.after is after and stop.is_at(text):
                await stop.hold(self)
