"""Writes that no answer waits for: when somebody was last seen, that a lock shows.

They run one after another on one connection, in the process that was told of them. What is queued at a normal end
still runs; what a killed process had queued is lost, so nothing that decides anything may go this way.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Final

import structlog

from .pools import Database
from .statements import Connection

log = structlog.get_logger("background")
Work = Callable[[Connection], Awaitable[object]]
LIMIT: Final = 10_000


class Background:
    """A queue that runs while it holds something; `close` waits until it holds nothing."""

    __slots__ = ("_limit", "_task", "_waiting")

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._waiting: dict[Hashable, tuple[Database, Work]] = {}
        self._task: asyncio.Task[None] | None = None

    def put(self, database: Database, key: Hashable, work: Work) -> None:
        """Run it soon. Work of the same key that still waits is replaced: the newest news is enough."""
        if key not in self._waiting and len(self._waiting) >= self._limit:
            log.warning("dropped", reason="the queue is full")
            return
        self._waiting[key] = (database, work)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        while self._waiting:
            database, work = self._waiting.pop(next(iter(self._waiting)))
            try:
                async with database.writes.acquire() as connection:
                    await work(connection)
            except Exception as error:  # noqa: BLE001 - one failure must not take the rest along
                log.warning("failed", kind=type(error).__name__)
