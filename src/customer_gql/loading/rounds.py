"""The reads of a request in rounds: what is asked for at one time is one statement, no matter who asks."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from customer_gql.database.pools import Database

from .coalescing import Coalescer
from .reads import Read
from .requests import BatchLoad

QUIET_TURNS: Final = 3


Prefetch = Callable[[Sequence[BatchLoad]], None]


class RequestLoads:
    """The reads of one request: each key is read once, in rounds, which may be shared with other requests.

    A round waits until everything that can ask has asked, then runs what was asked for as one statement.
    So the number of statements follows from the document alone, not from which answer happens to arrive first.
    """

    __slots__ = (
        "_asked",
        "_count",
        "_database",
        "_foresee",
        "_joint",
        "_open",
        "_pending",
        "_task",
        "_turns",
        "driven",
        "paused",
    )

    def __init__(self, database: Database) -> None:
        self._database = database
        self._joint = Coalescer.of(database)
        self._asked: dict[Any, BatchLoad] = {}
        self._pending: list[BatchLoad] = []
        self._task: asyncio.Task[None] | None = None
        self._count = 0
        self._turns = QUIET_TURNS
        self._foresee: Prefetch | None = None
        self._open: set[asyncio.Future[Any]] = set()
        self.paused = False
        # The coroutines that ask are stepped by a driver that runs the rounds afterwards.
        self.driven = False

    def load(self, read: Read, key: Any, **arguments: Any) -> asyncio.Future[Any]:
        """The row (or rows) of one key, once its round was read."""
        asked = self.ask(read, (key,), arguments)
        future = asked.futures.get(key)
        if future is None:
            future = asked.futures[key] = asyncio.get_running_loop().create_future()
            if key not in asked.unread:
                future.set_result(asked.found[key])
            elif self.driven:
                self._open.add(future)
        if asked.waiting and not self.driven:
            self.start()
        return future

    def owns(self, future: Any) -> bool:
        """Whether it waits for nothing but a round that is still to be run."""
        return future in self._open

    def ask(self, read: Read, keys: Iterable[Any], arguments: Mapping[str, Any]) -> BatchLoad:
        """The same for many keys; they are in `found` after `settle`, or after a round that was started."""
        assert not self.paused, "inside a transaction read through its own connection"
        name = (read, *arguments.items()) if arguments else read
        asked = self._asked.get(name)
        if asked is None:
            asked = self._asked[name] = BatchLoad(name, read, arguments)
        found = asked.found
        fresh = dict.fromkeys([key for key in keys if key not in found])
        if fresh:
            self._count += 1
            found.update(fresh)
            asked.unread.update(fresh)
            if not asked.waiting:
                self._pending.append(asked)
            asked.waiting += fresh
        return asked

    def expect(self, others: int, foresee: Prefetch | None = None) -> None:
        """How many are about to ask: one alone is not waited for.

        `foresee` is told what the next round reads, and may ask for more that can be read in the same.
        """
        self._turns = 1 if others == 1 else QUIET_TURNS
        self._foresee = foresee

    def start(self) -> None:
        """Let the rounds run by themselves: there are others who may ask before they wait."""
        if self._pending and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._rounds())

    async def round(self) -> None:
        """One round of what was asked for while `driven`."""
        await self._round()
        self._open.clear()

    async def settle(self, go_on: Callable[[], bool]) -> None:
        """Round after round, until nothing more is asked for.

        After each, `go_on` uses what was found and may ask for more; it is false when something else has to be
        awaited first. A caller that uses this without `start` has asked everything there is.
        """
        if self._task is not None and not self._task.done():
            await asyncio.shield(self._task)
        if not self._pending:
            go_on()
            return
        more = True
        while more and self._pending:
            await self._round()
            more = go_on()

    def clear(self) -> None:
        """Forget what was read; what waits keeps its answer."""
        self._asked.clear()

    async def restart(self) -> None:
        """Forget everything, errors and what waits included, as if nothing had been asked for."""
        await self.close()
        self._asked.clear()
        self._pending.clear()
        self.expect(0)

    async def close(self) -> None:
        """Cancel what still runs, so that a client that went away takes its statement along."""
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _rounds(self) -> None:
        while self._pending:
            await self._quiet()
            await self._round()

    async def _quiet(self) -> None:
        """Until nobody asked for anything for some turns of the loop: coroutines need a turn or two to get to it."""
        count = -1
        while count != self._count:
            count = self._count
            for _ in range(self._turns):
                await asyncio.sleep(0)

    async def _round(self) -> None:
        foresee, self._foresee = self._foresee, None
        if foresee is not None:
            foresee(tuple(self._pending))
        pending, self._pending = self._pending, []
        # In one order no matter who asked first, so that the same reads are the same statement.
        parts = [(asked, asked.take()) for asked in sorted(pending, key=_read_number)]
        try:
            found = await self._joint.read(self._database, parts)
        except asyncio.CancelledError:
            for asked, keys in parts:
                asked.cancel(keys)
            raise
        except Exception as error:  # noqa: BLE001 - it belongs to those who asked
            for asked, keys in parts:
                asked.fail(keys, error)
        else:
            for (asked, keys), its in zip(parts, found, strict=True):
                if isinstance(its, Exception):
                    asked.fail(keys, its)
                else:
                    asked.answer(keys, its)


def _read_number(asked: BatchLoad) -> int:
    return asked.read.number
