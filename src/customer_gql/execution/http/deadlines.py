"""Ends requests whose time is over, and work whose client has disconnected, together with its database statement.

A timer of the event loop for each of that would be set and cancelled several times in every request, and hardly ever used. One
sweep looks after all of them instead.
"""

import asyncio
import itertools
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Final, TypeVar

from starlette.types import Receive

T = TypeVar("T")
_MOST_SECONDS: Final = 1.0


class ClientDisconnected(Exception):
    """The client closed the connection before the response."""


class Sweep:
    """Calls back what is due, as much as `period` late: a second, or a quarter of the shortest deadline. It rests while nothing
    is waited for."""

    def __init__(self, shortest: float) -> None:
        self.period = min(_MOST_SECONDS, shortest / 4)
        self._entries: dict[int, tuple[float, Callable[[], object]]] = {}
        self._numbers = itertools.count()
        self._loop: asyncio.AbstractEventLoop | None = None  # the one whose timer is set

    def call_later(self, seconds: float, callback: Callable[[], object]) -> int:
        """A number for `cancel`."""
        loop = asyncio.get_running_loop()
        number = next(self._numbers)
        self._entries[number] = (loop.time() + seconds, callback)
        if self._loop is not loop:
            self._set_timer(loop)
        return number

    def cancel(self, number: int) -> None:
        self._entries.pop(number, None)

    def _set_timer(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        loop.call_later(self.period, self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = None
        now = loop.time()
        for number in [number for number, (at, _) in self._entries.items() if at <= now]:
            loop.call_soon(self._call, number)  # an error of one must not keep the others
        if self._entries:
            self._set_timer(loop)

    def _call(self, number: int) -> None:
        """Nothing where it was cancelled since the sweep."""
        entry = self._entries.pop(number, None)
        if entry is not None:
            entry[1]()


class Deadlines:
    """Seconds for the parts of a request, and what looks after them."""

    def __init__(self, *, body: float, statement: float) -> None:
        self.body = body
        # A second more than the time limit of a statement, so that the database ends a slow one and reports it.
        self.answer = statement + 1
        self.sweep = Sweep(min(self.body, self.answer))

    def of_body(self) -> "SweptTimeout":
        return SweptTimeout(self.sweep, self.body)

    def of_answer(self) -> "SweptTimeout":
        return SweptTimeout(self.sweep, self.answer)


class SweptTimeout:
    """What `asyncio.timeout` gives, which does the work; only the timer is the sweep's."""

    __slots__ = ("_limit", "_number", "_seconds", "_sweep")

    def __init__(self, sweep: Sweep, seconds: float) -> None:
        self._sweep = sweep
        self._seconds = seconds
        self._limit = asyncio.timeout(None)
        self._number = 0

    async def __aenter__(self) -> None:
        await self._limit.__aenter__()
        self._number = self._sweep.call_later(self._seconds, self._end)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._sweep.cancel(self._number)
        await self._limit.__aexit__(kind, error, trace)

    def _end(self) -> None:
        self._limit.reschedule(0)


async def run_until_disconnect(receive: Receive, work: Coroutine[Any, Any, T], sweep: Sweep) -> T:
    """Raises `ClientDisconnected` when the client hung up before the work was done; the work was cancelled then.

    Call it after the request's body was read: the next message can only be the end of the connection. Requests that end
    before the next sweep are not worth a watcher of their own.
    """
    worker = asyncio.current_task()
    assert worker is not None
    disconnected = False

    async def watch_connection() -> None:
        nonlocal disconnected
        while (await receive())["type"] != "http.disconnect":
            pass
        disconnected = True
        worker.cancel()

    def start_watcher() -> None:
        watchers.append(asyncio.create_task(watch_connection()))

    watchers: list[asyncio.Task[None]] = []
    number = sweep.call_later(0, start_watcher)
    try:
        return await work
    except asyncio.CancelledError:
        if not disconnected:
            raise
        worker.uncancel()
        raise ClientDisconnected from None
    finally:
        sweep.cancel(number)
        for watcher in watchers:
            watcher.cancel()
