"""Fields with a resolver of their own."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from customer_gql.core.errors import BadInput
from customer_gql.execution.plans.running.run import PlanRun, Position
from customer_gql.execution.plans.selections.document_field import DocumentField
from customer_gql.execution.plans.selections.selection import ObjectBatch
from customer_gql.loading.requests import BatchLoad
from customer_gql.loading.rounds import Prefetch

from .attributes import is_written, needed_attributes, selection_of_object, writes_something


class ResolverField:
    """A field whose resolver is called for each object, as the reference executor calls it."""

    __slots__ = ("_needed", "field", "resolver")
    attributes: tuple[str, ...] = ()

    def __init__(self, field: DocumentField, resolver: Callable[..., Any]) -> None:
        self.field = field
        self.resolver = resolver
        self._needed: dict[bool, frozenset[str] | None] = {}

    def resolve_batch(self, run: PlanRun, batch: ObjectBatch) -> None:
        arguments = run.argument_values(self.field.arguments)
        infos = self.field.resolve_infos(run, batch)
        if run.is_repeated:
            needed = self._needed_columns(run)
            for info in infos:
                info.needed_columns = needed
        run.prefetches.append(self._create_prefetch(run))
        values = run.collect_values()
        for source, info in zip(batch.sources, infos, strict=True):
            values.append(self.resolver(source, info, **arguments))
        positions = [Position(info, info.path) for info in infos] if self.field.completer.needs_positions else None

        def write_results() -> None:
            for value in values:
                if isinstance(value, Exception):
                    raise value
            batch.write_field(self.field.name, self.field.completer.complete_values(run, values, positions))

        run.call_after_round(write_results)

    def _needed_columns(self, run: PlanRun) -> frozenset[str] | None:
        if run.is_written not in self._needed:
            self._needed[run.is_written] = needed_attributes(self.field, run)
        return self._needed[run.is_written]

    def _create_prefetch(self, run: PlanRun) -> Prefetch:
        """When the resolver reads one row by its key, loads of that row with the same key join the same round."""

        def prefetch(pending: Sequence[BatchLoad]) -> None:
            selection = selection_of_object(self.field.completer)
            if selection is None or len(pending) != 1 or pending[0].read.many:
                return
            keys = list(pending[0].waiting)
            by = pending[0].read.by
            written = selection.written
            if written is not None and written.columns == by and writes_something(selection, run):
                written.request_keys(selection, run, keys)
            if is_written(selection, run):
                return
            for field in selection.fields_keyed_by(by, run):
                with suppress(BadInput):  # reported when the field itself is resolved
                    field.request_keys(run, keys)

        return prefetch
