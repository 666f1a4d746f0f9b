"""A field of the document: where what it gives is put in the answer, and what a resolver is told of it."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from graphql import FieldNode, GraphQLField, GraphQLObjectType, GraphQLResolveInfo, GraphQLSchema
from graphql.pyutils import Path, is_awaitable
from graphql.type.definition import GraphQLResolveInfoHelpers

from .arguments import Arguments
from .completing import Completer
from .running import Place, Places, Running, all_of
from .selecting import Level


class Answer:
    """The field in the document: its name in the answer, and how what it gives is completed and put there."""

    __slots__ = ("arguments", "completer", "definition", "name", "nodes", "parent", "scene")

    def __init__(
        self,
        name: str,
        nodes: list[FieldNode],
        parent: GraphQLObjectType,
        completer: Completer,
        arguments: Arguments,
        scene: "Scene",
    ) -> None:
        self.name = name
        self.nodes = nodes
        self.parent = parent
        self.definition: GraphQLField = arguments.definition
        self.completer = completer
        self.arguments = arguments
        self.scene = scene

    def fill(self, run: Running, level: Level, values: Sequence[Any]) -> None:
        level.fill(self.name, self.completer.complete(run, values, self.places(run, level)))

    def fill_by_key(self, run: Running, level: Level, keys: Sequence[Any], value_of: Callable[[Any], Any]) -> None:
        """Parents with one key show the same, so it is completed once, unless something below is told where it is."""
        if self.completer.placed:
            self.fill(run, level, [value_of(key) for key in keys])
            return
        if len(keys) == 1:
            level.out[0][self.name] = self.completer.complete(run, [value_of(keys[0])], None)[0]
            return
        distinct = dict.fromkeys(keys)
        shown = self.completer.complete(run, [value_of(key) for key in distinct], None)
        if len(distinct) < len(keys):
            by_key = dict(zip(distinct, shown, strict=True))
            shown = [by_key[key] for key in keys]
        level.fill(self.name, shown)

    def places(self, run: Running, level: Level) -> Places:
        if not self.completer.placed:
            return None
        infos = self.infos(run, level)
        return [Place(info, info.path) for info in infos]

    def infos(self, run: Running, level: Level) -> list[GraphQLResolveInfo]:
        assert level.paths is not None
        return [self.scene.info(self, run, Path(path, self.name, self.parent.name)) for path in level.paths]


class Scene:
    """What every resolver of an operation is told alike."""

    __slots__ = ("fragments", "operation", "schema")

    def __init__(self, schema: GraphQLSchema, fragments: dict[str, Any], operation: Any) -> None:
        self.schema = schema
        self.fragments = fragments
        self.operation = operation

    def info(self, answer: Answer, run: Running, path: Path) -> GraphQLResolveInfo:
        return GraphQLResolveInfo(
            answer.nodes[0].name.value,
            answer.nodes,
            answer.definition.type,
            answer.parent,
            path,
            self.schema,
            self.fragments,
            None,
            self.operation,
            run.variables,
            run.context,
            is_awaitable,
            None,
            _HELPERS,
        )


async def _gather(awaitables: Sequence[Any]) -> list[Any]:
    return await all_of(awaitables)


def _track(_values: Sequence[Any]) -> None:
    """Nothing is left behind by a run: whatever was started is awaited or cancelled with its request."""


_HELPERS: Final = GraphQLResolveInfoHelpers(gather=_gather, track=_track)
