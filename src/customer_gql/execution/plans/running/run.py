"""One run of a plan: selections request rows, a round reads them, then the deferred fields continue."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from graphql import GraphQLError, GraphQLResolveInfo
from graphql.execution.values import VariableValues
from graphql.pyutils import Path, is_awaitable

from customer_gql.graph.context import Context
from customer_gql.loading.reads import Read
from customer_gql.loading.requests import BatchLoad
from customer_gql.loading.rounds import Prefetch

from .arguments import FieldArguments
from .coroutines import drive_resolver


class Position(NamedTuple):
    """Where a value stands in the answer: the field that returned it, and its own path, which is longer in a list."""

    info: GraphQLResolveInfo
    path: Path


Positions = Sequence[Position] | None


class PlanRun:
    """The state of one run: the request's context and variables, and what waits for the next round."""

    __slots__ = (
        "_arguments",
        "_callbacks",
        "_requested",
        "_values",
        "context",
        "errors",
        "is_repeated",
        "is_written",
        "prefetches",
        "variables",
        "written_reads",
    )

    def __init__(
        self, context: Context, variables: VariableValues, *, is_repeated: bool = False, is_written: bool = False
    ) -> None:
        """`is_repeated` after the plan's first runs, when prepared statements of its own pay off; `is_written` when the
        database writes objects."""
        self.is_repeated = is_repeated
        self.is_written = is_written
        self.written_reads: set[Read] = set()
        self.context = context
        self.variables = variables
        self._arguments: dict[int, Mapping[str, Any]] = {}
        self.prefetches: list[Prefetch] = []
        self.errors: list[tuple[GraphQLError, Path]] = []
        self._requested: list[BatchLoad] = []
        self._values: list[list[Any]] = []
        self._callbacks: list[Callable[[], None]] = []

    def request_rows(self, read: Read, keys: Iterable[Any], arguments: Mapping[str, Any]) -> BatchLoad:
        """Request keys of one read; the rows are in `found` when the callbacks of the next round are called."""
        asked = self.context.loads.request_keys(read, keys, arguments)
        self._requested.append(asked)
        return asked

    def collect_values(self) -> list[Any]:
        """A list to be filled; its awaitables are replaced by their results before the next callbacks are called."""
        values: list[Any] = []
        self._values.append(values)
        return values

    def call_after_round(self, callback: Callable[[], None]) -> None:
        self._callbacks.append(callback)

    def call_when_read(self, asked: BatchLoad, callback: Callable[[], None]) -> None:
        """At once when everything was read before, so that what depends on it joins the coming round."""
        if asked.unread:
            self._callbacks.append(callback)
        else:
            callback()

    async def run_rounds(self) -> None:
        """Run round after round, until no field requests anything more."""
        while self._callbacks:
            if self._values:
                await self._await_values()
            await self.context.loads.run_next_round()
            self._call_callbacks()

    def _call_callbacks(self) -> None:
        for asked in self._requested:
            if asked.error is not None:
                raise asked.error
        self._requested = []
        callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    def close_coroutines(self) -> None:
        """After an error, close what resolvers returned and nothing awaits any more."""
        for values in self._values:
            for value in values:
                if isinstance(value, Coroutine):
                    value.close()

    async def _await_values(self) -> None:
        waiting = [(values, i) for values in self._values for i, value in enumerate(values) if is_awaitable(value)]
        is_single = len(waiting) == len(self.prefetches) == 1
        self.context.loads.expect_requests(len(waiting), self.prefetches[0] if is_single else None)
        self.prefetches.clear()
        if len(waiting) == 1 and not self._requested and isinstance(waiting[0][0][waiting[0][1]], Coroutine):
            values, i = waiting[0]
            values[i] = await drive_resolver(values[i], self.context.loads)
        elif waiting:
            if self._requested:
                # Reads requested by resolvers join the round of the reads requested by selections.
                self.context.loads.start_rounds()
            results = await gather_results([values[i] for values, i in waiting])
            for (values, i), result in zip(waiting, results, strict=True):
                values[i] = result
        self.context.loads.expect_requests(0)
        self._values.clear()

    def argument_values(self, field: FieldArguments) -> Mapping[str, Any]:
        """The arguments of a field, the same for every object of a batch."""
        if field.constant is not None:
            return field.constant
        known = self._arguments.get(id(field))
        if known is None:
            known = self._arguments[id(field)] = field.coerce_values(self.variables)
        return known


async def gather_results(awaitables: Sequence[Awaitable[Any]]) -> list[Any]:
    """All results; on an error the others are cancelled, and the error is raised when all have ended."""
    futures = [asyncio.ensure_future(awaitable) for awaitable in awaitables]
    try:
        return await asyncio.gather(*futures)
    except BaseException:
        for future in futures:
            future.cancel()
        await asyncio.gather(*futures, return_exceptions=True)
        raise
