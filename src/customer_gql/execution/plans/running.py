"""One run of a plan: levels ask for what they need, a round reads it, and the next levels go on."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from graphql import GraphQLField, GraphQLResolveInfo
from graphql.execution.values import VariableValues, get_argument_values
from graphql.pyutils import Path, is_awaitable

from customer_gql.core.context import Context
from customer_gql.core.loading import Read
from customer_gql.core.rounds import Asked


class GaveUp(Exception):
    """The plan met what only the reference executor answers exactly: a null or a value that does not fit."""


class Place(NamedTuple):
    """Where a value stands: the field that gave it, and its own path, which is longer in a list."""

    info: GraphQLResolveInfo
    path: Path


Places = Sequence[Place] | None


class Running:
    """What a run knows, and what of it waits for the next round."""

    __slots__ = ("_after", "_arguments", "_asked", "_awaited", "context", "variables")

    def __init__(self, context: Context, variables: VariableValues) -> None:
        self.context = context
        self.variables = variables
        self._arguments: dict[int, dict[str, Any]] = {}
        self._asked: list[Asked] = []
        self._awaited: list[tuple[list[Any], list[int]]] = []
        self._after: list[Callable[[], None]] = []

    def ask(self, read: Read, keys: Iterable[Any], arguments: Mapping[str, Any]) -> Asked:
        """Keys of one read; their rows are `found` when what was given to `after` is called."""
        asked = self.context.loads.ask(read, keys, arguments)
        self._asked.append(asked)
        return asked

    def wait_for(self, values: list[Any]) -> None:
        """Put in the place of each awaitable what it gives, before what was given to `after` is called."""
        waiting = [i for i, value in enumerate(values) if is_awaitable(value)]
        if waiting:
            self._awaited.append((values, waiting))

    def after(self, go_on: Callable[[], None]) -> None:
        self._after.append(go_on)

    async def finish(self) -> None:
        """Round after round, until no level asks for anything more."""
        while self._after:
            after, self._after = self._after, []
            awaited, self._awaited = self._awaited, []
            if awaited:
                await self._settle(awaited)
            await self.context.loads.settle()
            for asked in self._asked:
                if asked.error is not None:
                    raise asked.error
            self._asked.clear()
            for go_on in after:
                go_on()

    async def _settle(self, awaited: list[tuple[list[Any], list[int]]]) -> None:
        if self._asked:
            # What resolvers ask for joins the round of what the levels ask for.
            self.context.loads.start()
        values, waiting = awaited[0]
        if len(awaited) == 1 and len(waiting) == 1:
            values[waiting[0]] = await values[waiting[0]]
            return
        results = iter(await all_of([values[i] for values, waiting in awaited for i in waiting]))
        for values, waiting in awaited:
            for i in waiting:
                values[i] = next(results)

    def arguments_of(self, field: "Arguments") -> Mapping[str, Any]:
        """The arguments of a field, the same for every object of the level."""
        if field.constant is not None:
            return field.constant
        known = self._arguments.get(id(field))
        if known is None:
            known = self._arguments[id(field)] = get_argument_values(field.definition, field.node, self.variables)
        return known


class Arguments:
    """The arguments of one field of a document; `constant` when they hold no variable."""

    __slots__ = ("constant", "definition", "node")

    def __init__(self, definition: GraphQLField, node: Any, *, varies: bool) -> None:
        self.definition = definition
        self.node = node
        self.constant: dict[str, Any] | None = None if varies else get_argument_values(definition, node)


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
