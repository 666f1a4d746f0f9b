"""Rounds of several requests in one statement.

Requests that run one document ask for the same things of other keys. While such a statement runs, a request that asks
for the same waits for its end, and then all who wait are read for at once. Nobody waits for others to come, and nobody
gets what was read before they asked.
"""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar, Final
from weakref import WeakKeyDictionary

from customer_gql.core.telemetry.spans import span
from customer_gql.database.pools import Database

from .reads import Read
from .requests import BatchLoad, FoundRows, LoadPart, read_parts

MAX_RUNNING: Final = 2  # statements of one shape; while one is read, the database works on the other
_MAX_MERGED: Final = 16  # requests in one statement
Answers = list[FoundRows | Exception]


class Coalescer:
    """The rounds of one database's requests."""

    _by_pool: ClassVar[WeakKeyDictionary[object, "Coalescer"]] = WeakKeyDictionary()

    def __init__(self) -> None:
        self._lines: dict[Any, _ShapeQueue] = {}

    @classmethod
    def for_database(cls, database: Database) -> "Coalescer":
        joint = cls._by_pool.get(database.reads)
        if joint is None:
            joint = cls._by_pool[database.reads] = cls()
        return joint

    async def read(self, database: Database, parts: Sequence[LoadPart]) -> Answers:
        shape = tuple([asked.name for asked, _ in parts])
        line = self._lines.get(shape)
        if line is None:
            line = self._lines[shape] = _ShapeQueue()
        elif line.running >= MAX_RUNNING:
            return await line.join(parts)
        line.running += 1
        try:
            with span("round", reads=len(parts)):
                async with database.reads.acquire() as connection:
                    return await read_parts(connection, parts)
        finally:
            if line.waiting:
                line.go_on(asyncio.create_task(self._serve(database, shape, line)))
            else:
                self._leave(shape, line)

    async def _serve(self, database: Database, shape: Any, line: "_ShapeQueue") -> None:
        """Read for those who came meanwhile, until nobody has."""
        try:
            while waiting := line.take():
                reading = asyncio.create_task(_read_for_all(database, waiting))
                for one in waiting:
                    one.answer.add_done_callback(partial(_cancel_when_unwanted, reading, waiting))
                await asyncio.wait([reading])
        finally:
            self._leave(shape, line)

    def _leave(self, shape: Any, line: "_ShapeQueue") -> None:
        line.running -= 1
        if not line.running:
            del self._lines[shape]


async def read_coalesced(database: Database, wanted: Read, key: Any) -> Any:
    """What a read gives for one key, outside the loads of a request: read again for each caller, together with others."""
    [found] = await Coalescer.for_database(database).read(database, [(BatchLoad(wanted, wanted, {}), [key])])
    if isinstance(found, Exception):
        raise found
    return found[key]


class _ShapeQueue:
    """Statements of one shape: how many run, and who waits for one of them to end."""

    __slots__ = ("_tasks", "running", "waiting")

    def __init__(self) -> None:
        self.running = 0
        self.waiting: list[_WaitingRound] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def join(self, parts: Sequence[LoadPart]) -> Answers:
        waiting = _WaitingRound(parts)
        self.waiting.append(waiting)
        return await waiting.answer

    def take(self) -> "list[_WaitingRound]":
        there = [waiting for waiting in self.waiting if not waiting.answer.done()]
        taken, self.waiting = there[:_MAX_MERGED], there[_MAX_MERGED:]
        return taken

    def go_on(self, task: "asyncio.Task[None]") -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class _WaitingRound:
    """One request's round."""

    __slots__ = ("answer", "parts")

    def __init__(self, parts: Sequence[LoadPart]) -> None:
        self.parts = parts
        self.answer: asyncio.Future[Answers] = asyncio.get_running_loop().create_future()


async def _read_together(database: Database, waiting: Sequence[_WaitingRound]) -> list[Answers]:
    async with database.reads.acquire() as connection:
        found = await read_parts(connection, _merge_parts([one.parts for one in waiting]))
        if not any(isinstance(it, Exception) for it in found):
            return [found] * len(waiting)
        # One of them is at fault; alone, it takes no other along.
        return [await read_parts(connection, one.parts) for one in waiting]


async def _read_for_all(database: Database, waiting: list[_WaitingRound]) -> None:
    """An answer or an error for each."""
    try:
        with span("round", requests=len(waiting)):
            answers = await _read_together(database, waiting)
    except Exception as error:  # noqa: BLE001 - it belongs to those who asked
        for one in waiting:
            if not one.answer.done():
                one.answer.set_exception(error)
    else:
        for one, answer in zip(waiting, answers, strict=True):
            if not one.answer.done():
                one.answer.set_result(answer)


def _cancel_when_unwanted(reading: "asyncio.Task[None]", waiting: list[_WaitingRound], _answered: Any) -> None:
    """The statement is cancelled when the last request that waits for it has ended."""
    if not reading.done() and all(one.answer.done() for one in waiting):
        reading.cancel()


def _merge_parts(rounds: list[Sequence[LoadPart]]) -> list[LoadPart]:
    """Of each thing asked for, the keys of all."""
    together: list[LoadPart] = []
    for parts in zip(*rounds, strict=True):
        keys: dict[Any, None] = {}
        for _, its in parts:
            keys.update(dict.fromkeys(its))
        together.append((parts[0][0], list(keys)))
    return together
