"""What is read once for all who ask at one time, after each of them asked."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from .db import Database, Statement, fetch_value
from .loading import Read

T = TypeVar("T")


class Shared(Generic[T]):
    """Runs that follow each other: whoever asks while one runs gets what the next one finds.

    So nobody gets what was read before they asked, and however many ask, the work is done by one at a time.
    """

    __slots__ = ("_coming", "_running")

    def __init__(self) -> None:
        self._running: asyncio.Task[T] | None = None
        self._coming: asyncio.Task[T] | None = None

    async def value(self, read: Callable[[], Awaitable[T]]) -> T:
        if self._coming is None:
            self._coming = asyncio.create_task(self._after(self._running, read))
            self._coming.add_done_callback(_seen)
        # Whoever gives up waiting leaves the others their answer.
        return await asyncio.shield(self._coming)

    async def _after(self, running: "asyncio.Task[T] | None", read: Callable[[], Awaitable[T]]) -> T:
        if running is not None:
            await asyncio.wait([running])
        self._running, self._coming = self._coming, None
        return await read()


def _seen(task: "asyncio.Task[object]") -> None:
    if not task.cancelled():
        task.exception()  # it is told to those who wait; when nobody does any more, it is no second error


class SharedCount:
    """How many rows a statement counts in a database, for all who ask at one time."""

    __slots__ = ("_by_pool", "_statement")

    def __init__(self, statement: Statement) -> None:
        self._statement = statement
        self._by_pool: WeakKeyDictionary[object, Shared[int]] = WeakKeyDictionary()

    async def of(self, database: Database) -> int:
        shared = self._by_pool.setdefault(database.reads, Shared())
        return await shared.value(lambda: self._count(database))

    async def _count(self, database: Database) -> int:
        async with database.reads.acquire() as connection:
            return await fetch_value(connection, self._statement)


class SharedRead:
    """Rows of one read by key, across requests: one statement runs at a time, for every key that was waiting for it.

    Nobody waits for others to come: who asks while nothing runs is read for at once.
    """

    __slots__ = ("_by_pool", "_read")

    def __init__(self, read: Read) -> None:
        self._read = read
        self._by_pool: WeakKeyDictionary[object, _Line] = WeakKeyDictionary()

    async def of(self, database: Database, key: Any) -> Any:
        """The row of the key, or None."""
        line = self._by_pool.get(database.reads)
        if line is None:
            line = self._by_pool[database.reads] = _Line()
        if line.busy:
            return await line.join(key)
        line.busy = True
        try:
            return (await self._found(database, [key]))[key]
        finally:
            if line.waiting:
                line.task = asyncio.create_task(self._serve(database, line))
            else:
                line.busy = False

    async def _serve(self, database: Database, line: "_Line") -> None:
        """Reads for those who came meanwhile, until nobody has."""
        try:
            while line.waiting:
                asked = line.take()
                try:
                    found = await self._found(database, dict.fromkeys(key for key, _ in asked))
                except Exception as error:  # noqa: BLE001 - it belongs to those who asked
                    for _, answer in asked:
                        if not answer.done():
                            answer.set_exception(error)
                else:
                    for key, answer in asked:
                        if not answer.done():
                            answer.set_result(found[key])
        finally:
            line.busy = False

    async def _found(self, database: Database, keys: Iterable[Any]) -> dict[Any, Any]:
        listed = list(keys)
        async with database.reads.acquire() as connection:
            rows = await connection.fetch(self._read.statement.sql, *self._read.arguments(listed, {}))
        return self._read.grouped(listed, rows)


class _Line:
    """Who waits for the statement after the one that runs."""

    __slots__ = ("__weakref__", "busy", "task", "waiting")

    def __init__(self) -> None:
        self.busy = False
        self.task: asyncio.Task[None] | None = None
        self.waiting: list[tuple[Any, asyncio.Future[Any]]] = []

    def join(self, key: Any) -> "asyncio.Future[Any]":
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.waiting.append((key, answer))
        return answer

    def take(self) -> list[tuple[Any, "asyncio.Future[Any]"]]:
        taken, self.waiting = self.waiting, []
        return taken
