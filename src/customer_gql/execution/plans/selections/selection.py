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


class WrittenSelection(Protocol):
    """Objects whose JSON the database writes, see `statements.written`."""

    columns: tuple[str, ...]
    """The attributes of an object that hold its key."""

    def covers_whole(self, selection: "Selection", run: PlanRun, /) -> bool: ...

    def covered_fields(self, selection: "Selection", run: PlanRun, /) -> Sequence[Any]: ...

    def request_keys(self, selection: "Selection", run: PlanRun, keys: Sequence[Any], /) -> Any: ...

    def complete_values(self, selection: "Selection", run: PlanRun, values: Sequence[Any], /) -> Sequence[Any]: ...

    def resolve_batch(self, selection: "Selection", run: PlanRun, batch: "ObjectBatch", /) -> None: ...


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

    __slots__ = ("_functions", "attributes", "deferred", "expressions", "needs_positions", "written")

    def __init__(
        self,
        expressions: Sequence[NamedExpression],
        deferred: Sequence[DeferredField],
        attributes: frozenset[str] | None,
        *,
        needs_positions: bool,
        written: "WrittenSelection | None" = None,
    ) -> None:
        """`attributes` are those needed of an object; None when a resolver receives the object itself. `written` is for
        objects that a statement of the database can write."""
        self.attributes = attributes
        self.expressions = tuple(expressions)
        self.written = written
        self.deferred = tuple(deferred)
        self._functions: dict[type, BatchFunction] = {}
        self.needs_positions = needs_positions

    def complete_values(self, run: PlanRun, values: Sequence[Any], positions: Positions) -> Sequence[Any]:
        if not values:
            return []
        if run.is_written and self.written is not None and self.written.covers_whole(self, run):
            return self.written.complete_values(self, run, values)
        first, *others = set(map(type, values))
        source_class = object if others else first  # different classes have only attribute access in common
        function = self._functions.get(source_class)
        if function is None:
            function = self._functions[source_class] = generate_function(self.expressions, source_class)
        results = function(values)
        if self.deferred:
            paths = None if positions is None else [position.path for position in positions]
            batch = ObjectBatch(values, source_class, paths, results)
            for field in self.fields_of_plan(run):
                field.resolve_batch(run, batch)
            if self.has_written_fields(run):
                assert self.written is not None
                self.written.resolve_batch(self, run, batch)
        return results

    def has_written_fields(self, run: PlanRun) -> bool:
        """Whether the database writes some of the fields."""
        return run.is_written and self.written is not None and bool(self.written.covered_fields(self, run))

    def fields_of_plan(self, run: PlanRun) -> Sequence[DeferredField]:
        """The deferred fields that the database does not write."""
        if not self.has_written_fields(run):
            return self.deferred
        assert self.written is not None
        covered = self.written.covered_fields(self, run)
        return [field for field in self.deferred if field not in covered]

    def fields_keyed_by(self, columns: tuple[str, ...], run: PlanRun) -> list[Any]:
        """The loads whose key consists of these columns of the object."""
        return [
            field
            for field in self.fields_of_plan(run)
            if getattr(field, "keys", None) and field.keys.names == columns  # pyright: ignore
        ]

    def contains_field(self, field_class: type) -> bool:
        return any(isinstance(field, field_class) for field in self.deferred)
