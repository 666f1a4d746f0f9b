"""A field of the document: where its values go in the answer, and what its resolver is told."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from graphql import FieldNode, GraphQLField, GraphQLObjectType, GraphQLResolveInfo, GraphQLSchema
from graphql.pyutils import Path, is_awaitable
from graphql.type.definition import GraphQLResolveInfoHelpers

from customer_gql.execution.plans.running.arguments import FieldArguments
from customer_gql.execution.plans.running.run import PlanRun, Position, Positions, gather_results

from .completers import Completer
from .selection import ObjectBatch


class DocumentField:
    """A field with its name in the answer, its arguments, and how its values are completed."""

    __slots__ = ("arguments", "completer", "definition", "name", "nodes", "operation_info", "parent")

    def __init__(
        self,
        name: str,
        nodes: list[FieldNode],
        parent: GraphQLObjectType,
        completer: Completer,
        arguments: FieldArguments,
        operation_info: "OperationInfo",
    ) -> None:
        self.name = name
        self.nodes = nodes
        self.parent = parent
        self.definition: GraphQLField = arguments.definition
        self.completer = completer
        self.arguments = arguments
        self.operation_info = operation_info

    def write_values(self, run: PlanRun, batch: ObjectBatch, values: Sequence[Any]) -> None:
        completed = self.completer.complete_values(run, values, self._positions_in(run, batch))
        batch.write_field(self.name, completed)

    def write_values_by_key(
        self, run: PlanRun, batch: ObjectBatch, keys: Sequence[Any], value_of: Callable[[Any], Any]
    ) -> None:
        """Complete the value of each key once, unless something below has to know where it stands."""
        if self.completer.needs_positions:
            self.write_values(run, batch, [value_of(key) for key in keys])
            return
        if len(keys) == 1:
            batch.results[0][self.name] = self.completer.complete_values(run, [value_of(keys[0])], None)[0]
            return
        distinct = dict.fromkeys(keys)
        completed = self.completer.complete_values(run, [value_of(key) for key in distinct], None)
        if len(distinct) < len(keys):
            by_key = dict(zip(distinct, completed, strict=True))
            completed = [by_key[key] for key in keys]
        batch.write_field(self.name, completed)

    def _positions_in(self, run: PlanRun, batch: ObjectBatch) -> Positions:
        if not self.completer.needs_positions:
            return None
        return [Position(info, info.path) for info in self.resolve_infos(run, batch)]

    def resolve_infos(self, run: PlanRun, batch: ObjectBatch) -> "list[PlannedInfo]":
        assert batch.paths is not None
        make_info, parent = self.operation_info.resolve_info, self.parent.name
        return [make_info(self, run, Path(path, self.name, parent)) for path in batch.paths]


class PlannedInfo(GraphQLResolveInfo):
    """What the reference executor tells a resolver, and which attributes of its result the document needs."""

    needed_columns: frozenset[str] | None = None


class OperationInfo:
    """What the resolve info of every field of an operation has in common."""

    __slots__ = ("fragments", "operation", "schema")

    def __init__(self, schema: GraphQLSchema, fragments: dict[str, Any], operation: Any) -> None:
        self.schema = schema
        self.fragments = fragments
        self.operation = operation

    def resolve_info(self, field: DocumentField, run: PlanRun, path: Path) -> "PlannedInfo":
        return PlannedInfo(
            field.nodes[0].name.value,
            field.nodes,
            field.definition.type,
            field.parent,
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


async def _gather_awaitables(awaitables: Sequence[Any]) -> list[Any]:
    return await gather_results(awaitables)


def _track_nothing(_values: Sequence[Any]) -> None:
    """A run leaves nothing behind: whatever was started is awaited, or cancelled with its request."""


_HELPERS: Final = GraphQLResolveInfoHelpers(gather=_gather_awaitables, track=_track_nothing)
