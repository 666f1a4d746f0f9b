"""The reads of a request in rounds: everything that is requested at one time is one statement."""

import asyncio
import enum
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from customer_gql.database.pools import Database

from .coalescing import Coalescer
from .reads import Read
from .requests import BatchLoad

QUIET_TURNS: Final = 3

Prefetch = Callable[[Sequence[BatchLoad]], None]
"""Is given what the next round reads, and may request more that can be read in the same round."""


class RoundMode(enum.Enum):
    """Who runs the rounds of a request. Every change of mode is a method of `RequestLoads`."""

    SCHEDULED = "a task, once nothing more is requested for some turns of the event loop"
    STEPPED = "the caller, after it has run a coroutine up to its next await"
    CLOSED = "nobody: a transaction is open, and is read through its own connection"


class Expectation(NamedTuple):
    """What is known of the next round: how long a task waits for more requests, and what may be added to it."""

    turns: int = QUIET_TURNS
    prefetch: Prefetch | None = None


class RequestLoads:
    """The reads of one request: each key is read once, in rounds, which may be shared with other requests.

    A round waits until everything that can request rows has done so, and reads them with one statement. So the number
    of statements follows from the document, not from the order in which answers arrive.
    """

    __slots__ = (
        "_coalescer",
        "_database",
        "_expected",
        "_joining",
        "_loads",
        "_mode",
        "_pending",
        "_request_count",
        "_stepped",
        "_task",
    )

    def __init__(self, database: Database) -> None:
        self._database = database
        self._coalescer = Coalescer.for_database(database)
        self._loads: dict[Any, BatchLoad] = {}
        self._pending: list[BatchLoad] = []
        self._joining: list[BatchLoad] = []
        self._task: asyncio.Task[None] | None = None
        self._request_count = 0
        self._mode = RoundMode.SCHEDULED
        self._expected = Expectation()
        self._stepped: set[asyncio.Future[Any]] = set()

    def begin_step(self) -> None:
        self._mode = RoundMode.STEPPED

    def end_step(self) -> None:
        if self._mode is RoundMode.STEPPED:  # the coroutine may have opened a transaction
            self._mode = RoundMode.SCHEDULED

    def begin_transaction(self) -> None:
        self._mode = RoundMode.CLOSED

    def end_transaction(self) -> None:
        """What was read before may have changed, so it is forgotten."""
        self._mode = RoundMode.SCHEDULED
        self._loads.clear()

    def load(self, read: Read, key: Any, **arguments: Any) -> asyncio.Future[Any]:
        """The row (or rows) of one key, once its round was read."""
        load = self.request_keys(read, (key,), arguments)
        stepped = self._mode is RoundMode.STEPPED
        future = load.futures.get(key)
        if future is None:
            future = load.futures[key] = asyncio.get_running_loop().create_future()
            if key not in load.unread:
                future.set_result(load.found[key])
            elif stepped:
                self._stepped.add(future)
        if load.waiting and not stepped:
            self.start_rounds()
        # Fields that ask for one key share its future. The executor cancels those next to a field that fails, which must
        # not take the key from the others.
        return future if stepped or future.done() else asyncio.shield(future)

    def waits_for_round(self, future: Any) -> bool:
        """Whether it was requested in a step and waits for nothing but the next round."""
        return future in self._stepped

    def request_keys(self, read: Read, keys: Iterable[Any], arguments: Mapping[str, Any]) -> BatchLoad:
        """Like `load` for many keys; their rows are in `found` after the round."""
        assert self._mode is not RoundMode.CLOSED, "inside a transaction read through its own connection"
        name = (read, *arguments.items()) if arguments else read
        load = self._loads.get(name)
        if load is None:
            load = self._loads[name] = BatchLoad(name, read, arguments)
        found = load.found
        fresh = dict.fromkeys([key for key in keys if key not in found])
        if fresh:
            self._request_count += 1
            found.update(fresh)
            load.unread.update(fresh)
            if not load.waiting:
                self._pending.append(load)
            load.waiting += fresh
        return load

    def join_next_round(self, read: Read, key: Any) -> BatchLoad:
        """Read one key with whatever is read next; nobody else sees it. A round is not begun for it, see `read_joining`."""
        asked = BatchLoad(read, read, {})
        asked.found[key] = None
        asked.unread.add(key)
        asked.waiting.append(key)
        self._joining.append(asked)
        return asked

    async def read_joining(self) -> None:
        """Read at once what found no round to join."""
        if self._joining:
            await self._run_round()

    def prime(self, read: Read, rows: Mapping[Any, Any]) -> None:
        """Rows that were read with others: anyone who asks for them by key finds them."""
        load = self._loads.get(read)
        if load is None:
            load = self._loads[read] = BatchLoad(read, read, {})
        load.found.update({key: row for key, row in rows.items() if key not in load.unread})

    def expect_requests(self, count: int, prefetch: Prefetch | None = None) -> None:
        """How many coroutines are about to request rows: a round does not wait for others when there is only one."""
        self._expected = Expectation(1 if count == 1 else QUIET_TURNS, prefetch)

    def start_rounds(self) -> None:
        """Run rounds in a task, for callers that may request more before they wait."""
        if self._pending and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._run_scheduled_rounds())

    async def run_stepped_round(self) -> None:
        """Read what was requested in a step."""
        await self._run_round()
        self._stepped.clear()

    async def run_next_round(self) -> None:
        """Read what was requested until now. A caller that did not start rounds has requested everything there is."""
        if self._task is not None and not self._task.done():
            await asyncio.shield(self._task)
        if self._pending:
            await self._run_round()

    async def reset(self) -> None:
        """Forget everything, errors and open requests included, as if nothing had been requested."""
        await self.close()
        self._loads.clear()
        self._pending.clear()
        self._expected = Expectation()

    async def close(self) -> None:
        """Cancel what still runs, so that the statement of a client that went away ends."""
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run_scheduled_rounds(self) -> None:
        while self._pending:
            await self._wait_until_quiet()
            await self._run_round()

    async def _wait_until_quiet(self) -> None:
        """Until nothing was requested for some turns of the loop, which coroutines need to reach their requests."""
        count = -1
        while count != self._request_count:
            count = self._request_count
            for _ in range(self._expected.turns):
                await asyncio.sleep(0)

    async def _run_round(self) -> None:
        prefetch = self._expected.prefetch
        if prefetch is not None:
            self._expected = self._expected._replace(prefetch=None)
            prefetch(tuple(self._pending))
        pending, self._pending = [*self._pending, *self._joining], []
        self._joining = []
        # In one order whatever was requested first, so that the same reads are the same statement.
        parts = [(load, load.take_keys()) for load in sorted(pending, key=_read_number)]
        try:
            answers = await self._coalescer.read(self._database, parts)
        except asyncio.CancelledError:
            for load, keys in parts:
                load.cancel_keys(keys)
            raise
        except Exception as error:  # noqa: BLE001 - it is the error of everyone who requested rows
            for load, keys in parts:
                load.fail_keys(keys, error)
        else:
            for (load, keys), answer in zip(parts, answers, strict=True):
                if isinstance(answer, Exception):
                    load.fail_keys(keys, answer)
                else:
                    load.resolve_keys(keys, answer)


def _read_number(load: BatchLoad) -> int:
    return load.read.number
