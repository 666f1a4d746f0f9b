"""Objects of one type, one batch at a time: their own fields at once, the deferred fields with later rounds."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from graphql.pyutils import Path

from customer_gql.execution.plans.generated.functions import (
    BatchFunction,
    NamedExpression,
    generate_function,
    make_getter,
)
from customer_gql.execution.plans.running.run import PlanRun, Positions


class DeferredField(Protocol):
    """A field whose values come with a later round, or are completed by a selection of their own."""

    @property
    def attributes(self) -> tuple[str, ...]:
        """The attributes of the object that the field needs."""
        ...

    def resolve_batch(self, run: PlanRun, batch: "ObjectBatch") -> None: ...


class AttributeGetter:
    """Reads what a deferred field needs of each object: one attribute, or a tuple of several."""

    __slots__ = ("_getters", "names")

    def __init__(self, *names: str) -> None:
        self.names = names
        self._getters: dict[type, Callable[[Any], Any]] = {}

    def read_batch(self, batch: "ObjectBatch") -> list[Any]:
        getter = self._getters.get(batch.source_class)
        if getter is None:
            getter = self._getters[batch.source_class] = make_getter(self.names, batch.source_class)
        return list(map(getter, batch.sources))


class ObjectBatch:
    """The objects of one selection in one run, and their parts of the answer, in the same order."""

    __slots__ = ("paths", "results", "source_class", "sources")

    def __init__(
        self, sources: Sequence[Any], source_class: type, paths: list[Path] | None, results: list[dict[str, Any]]
    ) -> None:
        self.sources = sources
        self.source_class = source_class
        self.paths = paths
        self.results = results

    def write_field(self, name: str, values: Sequence[Any]) -> None:
        for result, value in zip(self.results, values, strict=True):
            result[name] = value


class Selection:
    """The selected fields of one object type: those in one generated function, and the deferred ones."""

    __slots__ = ("_expressions", "_functions", "attributes", "deferred", "needs_positions")

    def __init__(
        self,
        expressions: Sequence[NamedExpression],
        deferred: Sequence[DeferredField],
        attributes: frozenset[str] | None,
        *,
        needs_positions: bool,
    ) -> None:
        """`attributes` are those needed of an object; None when a resolver receives the object itself."""
        self.attributes = attributes
        self._expressions = tuple(expressions)
        self.deferred = tuple(deferred)
        self._functions: dict[type, BatchFunction] = {}
        self.needs_positions = needs_positions

    def complete_values(self, run: PlanRun, values: Sequence[Any], positions: Positions) -> list[dict[str, Any]]:
        if not values:
            return []
        first, *others = set(map(type, values))
        source_class = object if others else first  # different classes have only attribute access in common
        function = self._functions.get(source_class)
        if function is None:
            function = self._functions[source_class] = generate_function(self._expressions, source_class)
        results = function(values)
        if self.deferred:
            paths = None if positions is None else [position.path for position in positions]
            batch = ObjectBatch(values, source_class, paths, results)
            for field in self.deferred:
                field.resolve_batch(run, batch)
        return results

    def fields_keyed_by(self, columns: tuple[str, ...]) -> list[Any]:
        """The loads whose key consists of these columns of the object."""
        return [field for field in self.deferred if getattr(field, "keys", None) and field.keys.names == columns]  # pyright: ignore

    def contains_field(self, field_class: type) -> bool:
        return any(isinstance(field, field_class) for field in self.deferred)
