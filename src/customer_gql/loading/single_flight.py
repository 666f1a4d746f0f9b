"""One value for all who ask at one time, read after each of them asked."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from customer_gql.database.pools import Database
from customer_gql.database.statements import Statement, fetch_value

T = TypeVar("T")


class SingleFlight(Generic[T]):
    """Runs that follow each other: a caller that asks while one runs gets what the next one finds.

    So nobody gets what was read before they asked, and however many ask, the work is done by one at a time.
    """

    __slots__ = ("_coming", "_running")

    def __init__(self) -> None:
        self._running: asyncio.Task[T] | None = None
        self._coming: asyncio.Task[T] | None = None

    async def value(self, read: Callable[[], Awaitable[T]]) -> T:
        if self._coming is None:
            self._coming = asyncio.create_task(self._after(self._running, read))
            self._coming.add_done_callback(_retrieve_error)
        # A caller that gives up waiting leaves the others their answer.
        return await asyncio.shield(self._coming)

    async def _after(self, running: "asyncio.Task[T] | None", read: Callable[[], Awaitable[T]]) -> T:
        if running is not None:
            await asyncio.wait([running])
        self._running, self._coming = self._coming, None
        return await read()


def _retrieve_error(task: "asyncio.Task[object]") -> None:
    if not task.cancelled():
        task.exception()  # it is told to those who wait; when nobody does any more, it is no second error


class SharedCount:
    """How many rows a statement counts in a database, for all who ask at one time."""

    __slots__ = ("_by_pool", "_statement")

    def __init__(self, statement: Statement) -> None:
        self._statement = statement
        self._by_pool: WeakKeyDictionary[object, SingleFlight[int]] = WeakKeyDictionary()

    async def of(self, database: Database) -> int:
        shared = self._by_pool.setdefault(database.reads, SingleFlight())
        return await shared.value(lambda: self._count(database))

    async def _count(self, database: Database) -> int:
        async with database.reads.acquire() as connection:
            return await fetch_value(connection, self._statement)
