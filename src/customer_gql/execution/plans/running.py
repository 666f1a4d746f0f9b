"""One run of a plan: levels ask for what they need, a round reads it, and the next levels go on."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from graphql import GraphQLResolveInfo
from graphql.execution.values import VariableValues
from graphql.pyutils import Path, is_awaitable

from customer_gql.graph.context import Context
from customer_gql.loading.reads import Read
from customer_gql.loading.rounds import Asked, Foresee

from .arguments import Arguments
from .stepping import driven


class Place(NamedTuple):
    """Where a value stands: the field that gave it, and its own path, which is longer in a list."""

    info: GraphQLResolveInfo
    path: Path


Places = Sequence[Place] | None


class Running:
    """What a run knows, and what of it waits for the next round."""

    __slots__ = ("_after", "_arguments", "_asked", "_values", "again", "context", "foresee", "variables")

    def __init__(self, context: Context, variables: VariableValues, *, again: bool = False) -> None:
        """`again` when the plan has run before, so that statements of its own are worth being planned."""
        self.again = again
        self.context = context
        self.variables = variables
        self._arguments: dict[int, Mapping[str, Any]] = {}
        self.foresee: list[Foresee] = []
        self._asked: list[Asked] = []
        self._values: list[list[Any]] = []
        self._after: list[Callable[[], None]] = []

    def ask(self, read: Read, keys: Iterable[Any], arguments: Mapping[str, Any]) -> Asked:
        """Keys of one read; their rows are `found` when what was given to `after` is called."""
        asked = self.context.loads.ask(read, keys, arguments)
        self._asked.append(asked)
        return asked

    def values(self) -> list[Any]:
        """A list to be filled; before what was given to `after` is called, each awaitable gives way to its result."""
        values: list[Any] = []
        self._values.append(values)
        return values

    def after(self, go_on: Callable[[], None]) -> None:
        self._after.append(go_on)

    def after_reading(self, asked: Asked, go_on: Callable[[], None]) -> None:
        """At once where all was read before, so that what hangs on it joins the coming round."""
        if asked.unread:
            self._after.append(go_on)
        else:
            go_on()

    async def finish(self) -> None:
        """Round after round, until no level asks for anything more."""
        while self._after:
            if self._values:
                await self._settle()
            await self.context.loads.settle(self._go_on)

    def _go_on(self) -> bool:
        for asked in self._asked:
            if asked.error is not None:
                raise asked.error
        self._asked = []
        after, self._after = self._after, []
        for go_on in after:
            go_on()
        return not self._values

    def abandon(self) -> None:
        """Nobody is going to await what resolvers gave."""
        for values in self._values:
            for value in values:
                if isinstance(value, Coroutine):
                    value.close()

    async def _settle(self) -> None:
        waiting = [(values, i) for values in self._values for i, value in enumerate(values) if is_awaitable(value)]
        alone = len(waiting) == len(self.foresee) == 1
        self.context.loads.expect(len(waiting), self.foresee[0] if alone else None)
        self.foresee.clear()
        if len(waiting) == 1 and not self._asked and isinstance(waiting[0][0][waiting[0][1]], Coroutine):
            values, i = waiting[0]
            values[i] = await driven(values[i], self.context.loads)
        elif waiting:
            if self._asked:
                # What resolvers ask for joins the round of what the levels ask for.
                self.context.loads.start()
            results = await all_of([values[i] for values, i in waiting])
            for (values, i), result in zip(waiting, results, strict=True):
                values[i] = result
        self.context.loads.expect(0)
        self._values.clear()

    def arguments_of(self, field: Arguments) -> Mapping[str, Any]:
        """The arguments of a field, the same for every object of the level."""
        if field.constant is not None:
            return field.constant
        known = self._arguments.get(id(field))
        if known is None:
            known = self._arguments[id(field)] = field.values(self.variables)
        return known


async def all_of(awaitables: Sequence[Awaitable[Any]]) -> list[Any]:
    """Every result, or the first error, when all others have ended."""
    futures = [asyncio.ensure_future(awaitable) for awaitable in awaitables]
    try:
        return await asyncio.gather(*futures)
    except BaseException:
        for future in futures:
            future.cancel()
        await asyncio.gather(*futures, return_exceptions=True)
        raise
