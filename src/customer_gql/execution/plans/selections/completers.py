"""From the values a field returns to those of the answer, for all values of a batch at once."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any, Protocol

from graphql import GraphQLAbstractType, GraphQLLeafType, GraphQLObjectType
from graphql.pyutils import Path, is_awaitable

from customer_gql.execution.plans.errors import FallBack
from customer_gql.execution.plans.generated.leaves import leaf_serializer
from customer_gql.execution.plans.running.run import PlanRun, Position, Positions
from customer_gql.graph.access.guards import mask_value


class Completer(Protocol):
    """`needs_positions` when a resolver below has to be told where its value stands in the answer."""

    needs_positions: bool

    def complete_values(self, run: PlanRun, values: Sequence[Any], positions: Positions, /) -> Sequence[Any]: ...


class Leaf:
    """Scalars and enums."""

    __slots__ = ("needs_positions", "nullable", "serialize", "type")

    def __init__(self, leaf: GraphQLLeafType, *, nullable: bool) -> None:
        self.type = leaf
        self.nullable = nullable
        self.serialize = leaf_serializer(leaf, nullable=nullable)
        self.needs_positions = False

    def complete_values(self, _run: PlanRun, values: Sequence[Any], _positions: Positions) -> Sequence[Any]:
        return list(map(self.serialize, values))


class Nullable:
    """Values that may be null, or must not be; the inner completer sees the others only."""

    __slots__ = ("inner", "needs_positions", "nullable")

    def __init__(self, inner: Completer, *, nullable: bool) -> None:
        self.inner = inner
        self.nullable = nullable
        self.needs_positions = inner.needs_positions

    def complete_values(self, run: PlanRun, values: Sequence[Any], positions: Positions) -> Sequence[Any]:
        if None not in values:
            return self.inner.complete_values(run, values, positions)
        if not self.nullable:
            raise FallBack
        if len(values) == 1:
            return values
        present = [value for value in values if value is not None]
        if positions is not None:
            positions = [position for position, value in zip(positions, values, strict=True) if value is not None]
        completed = iter(self.inner.complete_values(run, present, positions))
        return [None if value is None else next(completed) for value in values]


class ListOf:
    """Lists, whose items are completed together."""

    __slots__ = ("item", "needs_positions")

    def __init__(self, item: Completer) -> None:
        self.item = item
        self.needs_positions = item.needs_positions

    def complete_values(self, run: PlanRun, values: Sequence[Any], positions: Positions) -> Sequence[Any]:
        if not {list, tuple}.issuperset(map(type, values)):
            raise FallBack
        items = values[0] if len(values) == 1 else list(chain.from_iterable(values))
        item_positions = None if positions is None else _item_positions(values, positions)
        completed = self.item.complete_values(run, items, item_positions)
        if len(values) == 1:
            return [list(completed)]
        lists: list[list[Any]] = []
        start = 0
        for value in values:
            end = start + len(value)
            lists.append(list(completed[start:end]))
            start = end
        return lists


def _item_positions(values: Sequence[Any], positions: Sequence[Position]) -> list[Position]:
    return [
        Position(position.info, Path(position.path, i, None))
        for value, position in zip(values, positions, strict=True)
        for i in range(len(value))
    ]


class Masked:
    """Personal texts, for viewers who may not see them."""

    __slots__ = ("inner", "needs_positions")

    def __init__(self, inner: Completer) -> None:
        self.inner = inner
        self.needs_positions = inner.needs_positions

    def complete_values(self, run: PlanRun, values: Sequence[Any], positions: Positions) -> Sequence[Any]:
        return [mask_value(text) for text in self.inner.complete_values(run, values, positions)]


class TypeChecked:
    """Objects of a type that decides itself whether a value is one of its own."""

    __slots__ = ("inner", "is_type_of", "needs_positions")

    def __init__(self, inner: Completer, is_type_of: Callable[..., Any]) -> None:
        self.inner = inner
        self.is_type_of = is_type_of
        self.needs_positions = True

    def complete_values(self, run: PlanRun, values: Sequence[Any], positions: Positions) -> Sequence[Any]:
        assert positions is not None
        for value, position in zip(values, positions, strict=True):
            verdict = self.is_type_of(value, position.info)
            if is_awaitable(verdict) or not verdict:
                raise FallBack
        return self.inner.complete_values(run, values, positions)


class Abstract:
    """Values of an interface or union, each completed as its concrete type."""

    __slots__ = ("by_type", "needs_positions", "type")

    def __init__(self, abstract_type: GraphQLAbstractType, by_type: Mapping[str, Completer]) -> None:
        self.type = abstract_type
        self.by_type = by_type
        self.needs_positions = True

    def complete_values(self, run: PlanRun, values: Sequence[Any], positions: Positions) -> Sequence[Any]:
        assert positions is not None
        resolve_type = self.type.resolve_type
        assert resolve_type is not None
        indexes_by_type: dict[Any, list[int]] = defaultdict(list)
        for i, (value, position) in enumerate(zip(values, positions, strict=True)):
            indexes_by_type[resolve_type(value, position.info, self.type)].append(i)
        completed: list[Any] = [None] * len(values)
        for name, indexes in indexes_by_type.items():
            completer = self.by_type.get(name)
            if completer is None:
                raise FallBack
            results = completer.complete_values(run, [values[i] for i in indexes], [positions[i] for i in indexes])
            for i, result in zip(indexes, results, strict=True):
                completed[i] = result
        return completed


def has_own_type_check(object_type: GraphQLObjectType, row_check: Callable[..., Any]) -> bool:
    """Whether values have to be checked; rows never are, because the field says what they are."""
    return object_type.is_type_of is not None and getattr(object_type.is_type_of, "__func__", None) is not row_check
