"""Fields that are read in a round: declared loads, pages of child objects, and counts."""

from collections.abc import Sequence
from typing import Any

from customer_gql.execution.plans.running.run import PlanRun
from customer_gql.execution.plans.selections.document_field import DocumentField
from customer_gql.execution.plans.selections.selection import AttributeGetter, ObjectBatch
from customer_gql.graph.connections import DeclaredPages, make_declared_window
from customer_gql.graph.fields import DeclaredLoad
from customer_gql.loading.pages import Page, Window, total_of, validate_page_size
from customer_gql.loading.reads import Read
from customer_gql.loading.requests import BatchLoad

from .attributes import narrow_read


class _KeyedField:
    """A field that needs the columns of its key."""

    __slots__ = ("keys",)
    keys: AttributeGetter

    @property
    def attributes(self) -> tuple[str, ...]:
        return self.keys.names


class LoadField(_KeyedField):
    """A declared load: one read for all objects of the batch."""

    __slots__ = ("_narrowed", "declared", "field")

    def __init__(self, field: DocumentField, declared: DeclaredLoad, keys: AttributeGetter) -> None:
        self.field = field
        self.declared = declared
        self.keys = keys
        self._narrowed: dict[bool, Read] = {}

    def resolve_batch(self, run: PlanRun, batch: ObjectBatch) -> None:
        keys = self.keys.read_batch(batch)
        asked = self.request_keys(run, keys)
        run.call_when_read(asked, lambda: self.field.write_values_by_key(run, batch, keys, asked.found.get))

    def request_keys(self, run: PlanRun, keys: Sequence[Any]) -> BatchLoad:
        if self.declared.limited:
            limit = validate_page_size(run.argument_values(self.field.arguments)["first"])
            return run.request_rows(self._choose_read(run), keys, {"limit": limit})
        return run.request_rows(self._choose_read(run), [key for key in keys if key is not None], {})

    def _choose_read(self, run: PlanRun) -> Read:
        if not run.is_repeated:
            return self.declared.read
        read = self._narrowed.get(run.is_written)
        if read is None:
            read = self._narrowed[run.is_written] = narrow_read(self.declared.read, run, self.field.completer)
        return read


class PageField(_KeyedField):
    """A nested connection: one read for the pages of all objects of the batch."""

    __slots__ = ("_narrowed", "counts", "declared", "field")

    def __init__(self, field: DocumentField, declared: DeclaredPages, keys: AttributeGetter, *, counts: bool) -> None:
        self.field = field
        self.declared = declared
        self.keys = keys
        self.counts = counts
        self._narrowed: dict[tuple[Read, bool], Read] = {}

    def resolve_batch(self, run: PlanRun, batch: ObjectBatch) -> None:
        keys, window = self.keys.read_batch(batch), self.read_window(run)
        asked = self._request_pages(run, keys, window)

        def page_of_key(key: Any) -> Page:
            return self.declared.pages.page(run.context, key, asked.found[key], window)

        run.call_when_read(asked, lambda: self.field.write_values_by_key(run, batch, keys, page_of_key))

    def request_keys(self, run: PlanRun, keys: Sequence[Any]) -> None:
        self._request_pages(run, keys, self.read_window(run))

    def read_window(self, run: PlanRun) -> Window:
        return make_declared_window(run.argument_values(self.field.arguments))

    def _request_pages(self, run: PlanRun, keys: Sequence[Any], window: Window) -> BatchLoad:
        pages = self.declared.pages
        if self.counts:
            run.request_rows(pages.count, keys, {})  # in the same round; `CountField` finds them already read
        return run.request_rows(self._choose_read(run, pages.read(window)), keys, window.arguments(pages.sort))

    def _choose_read(self, run: PlanRun, whole: Read) -> Read:
        if not run.is_repeated:
            return whole
        read = self._narrowed.get((whole, run.is_written))
        if read is None:
            # Cursors are made of the sort columns.
            names = self.declared.pages.sort.names
            read = self._narrowed[whole, run.is_written] = narrow_read(whole, run, self.field.completer, *names)
        return read


class CountField:
    """`totalCount`, for all pages of the batch."""

    __slots__ = ("field",)
    attributes: tuple[str, ...] = ()

    def __init__(self, field: DocumentField) -> None:
        self.field = field

    def resolve_batch(self, run: PlanRun, batch: ObjectBatch) -> None:
        pages: Sequence[Page] = batch.sources
        keys = [page.key for page in pages]
        reads = {page.counted_by for page in pages}
        read = reads.pop()
        if reads or read is None:
            counts = run.collect_values()
            counts += [page.count() for page in pages]
            run.call_after_round(lambda: self.field.write_values(run, batch, counts))
            return
        asked = run.request_rows(read, keys, {})
        run.call_when_read(
            asked, lambda: self.field.write_values(run, batch, [total_of(asked.found[key]) for key in keys])
        )
