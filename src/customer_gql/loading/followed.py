"""What many follow at one time: one statement for all of them, again and again, and none while nobody follows.

A follower that is slow finds what was read last, never what came in between: nothing piles up for anybody.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Generator, Hashable
from contextlib import contextmanager, suppress
from typing import Final, Generic, TypeVar
from weakref import WeakKeyDictionary

import structlog

from customer_gql.database.pools import Database

T = TypeVar("T")
log: Final = structlog.get_logger("follow")

ReadFollowed = Callable[[Database, Collection[Hashable], T | None], Awaitable[T]]
"""Reads for all keys that are followed; is given what it found before, None the first time."""


class Followed(Generic[T]):
    """A thing that may change at any time, of every database."""

    __slots__ = ("_by_pool", "_name", "_read")

    def __init__(self, name: str, read: ReadFollowed[T]) -> None:
        self._name = name
        self._read = read
        self._by_pool: WeakKeyDictionary[object, _Reader[T]] = WeakKeyDictionary()

    @contextmanager
    def follow(self, database: Database, key: Hashable = None, *, seconds: float) -> "Generator[Follower[T]]":
        """It is read every so many seconds while the context is open, and at once for each new follower."""
        reader = self._by_pool.get(database.reads)
        if reader is None:
            reader = self._by_pool[database.reads] = _Reader(self._name, self._read)
        reader.add(key, database, seconds)
        try:
            yield Follower(reader)
        finally:
            reader.remove(key)


class Follower(Generic[T]):
    """One who follows."""

    __slots__ = ("_reader", "_seen")

    def __init__(self, reader: "_Reader[T]") -> None:
        self._reader = reader
        self._seen = reader.begun

    @property
    def is_behind(self) -> bool:
        """Whether `wait` would give something newer at once."""
        return self._reader.done > self._seen

    async def wait(self) -> T:
        """What was read last, once something was read that this follower has not seen; at first, what was read after it came."""
        while self._reader.done <= self._seen:
            await self._reader.turned.wait()
        self._seen = self._reader.done
        found = self._reader.found
        assert found is not None
        return found


class _Reader(Generic[T]):
    """The one who reads for all followers in one database."""

    __slots__ = ("_asked", "_keys", "_name", "_read", "_task", "begun", "done", "found", "turned")

    def __init__(self, name: str, read: ReadFollowed[T]) -> None:
        self._name = name
        self._read = read
        self._keys: Counter[Hashable] = Counter()
        self._asked = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.found: T | None = None
        self.begun = self.done = 0  # numbers of the last read that began, and of the last that succeeded
        self.turned = asyncio.Event()

    def add(self, key: Hashable, database: Database, seconds: float) -> None:
        self._keys[key] += 1
        self._asked.set()
        if self._task is None:
            self._task = asyncio.create_task(self._read_on(database, seconds))

    def remove(self, key: Hashable) -> None:
        self._keys[key] -= 1
        if not self._keys[key]:
            del self._keys[key]
        if not self._keys and self._task is not None:
            self._task.cancel()
            self._task, self.found = None, None

    async def _read_on(self, database: Database, seconds: float) -> None:
        while True:
            self._asked.clear()
            self.begun += 1
            number = self.begun
            try:
                self.found = await self._read(database, tuple(self._keys), self.found)
            except Exception as error:  # noqa: BLE001 - a database that is away for a while ends no stream
                log.warning("not read", followed=self._name, kind=type(error).__name__)
                await asyncio.sleep(seconds)
                continue
            self.done = number
            self.turned.set()
            self.turned = asyncio.Event()
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._asked.wait()
