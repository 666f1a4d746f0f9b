"""Objects that the database writes: for the keys of any number of them, one statement that gives the JSON of each."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import orjson

from customer_gql.database.statements import GENERATED_COLUMN, Statement
from customer_gql.execution.plans.deferred.attributes import AttributeField
from customer_gql.execution.plans.deferred.loads import LoadField, PageField
from customer_gql.execution.plans.errors import FallBack
from customer_gql.execution.plans.running.run import PlanRun
from customer_gql.execution.plans.selections.completers import ListOf, Masked, Nullable
from customer_gql.execution.plans.selections.selection import AttributeGetter, DeferredField, ObjectBatch, Selection
from customer_gql.graph.nodes import NodeId
from customer_gql.loading.pages import Window
from customer_gql.loading.reads import Read
from customer_gql.loading.requests import BatchLoad

from .binding import StatementParameters, ValueOfRun, bind_root
from .json_sql import REFUSED, NotWritable
from .objects import ObjectWriter, RowSource
from .pages import write_page

MAX_CHARACTERS: Final = 50_000
"""Of one statement; a connection keeps no prepared statement that is much longer."""
_MAX_SHAPES: Final = 4
_PARAMETER: Final = re.compile(r"\$(\d+)")


WrittenField = LoadField | PageField


class WrittenObject:
    """A place in the answer for an object whose JSON comes with the next round."""

    __slots__ = ("json",)

    def __init__(self) -> None:
        self.json = orjson.Fragment(b"null")


def encode_written(value: Any) -> Any:
    """The `default` of the JSON encoder."""
    if type(value) is WrittenObject:
        return value.json
    raise TypeError(f"{type(value).__name__} is no value of an answer")


class GeneratedRead(NamedTuple):
    """A read whose rows are keys and JSON, and what each run gives for its other parameters."""

    read: Read
    values: Mapping[str, ValueOfRun]


class Coverage(NamedTuple):
    """What of a selection the database writes: whole objects, or these of their fields."""

    is_whole: bool
    fields: tuple[WrittenField, ...]
    pages: tuple[PageField, ...]
    """Those below whose window is another in each run."""


class WrittenObjects:
    """The statements of one selection, one for each shape of its pages: their direction, and whether a cursor is given."""

    __slots__ = ("_coverage", "_generated", "_getter", "_node_id", "columns")

    def __init__(self, node_id: NodeId) -> None:
        self._node_id = node_id
        self.columns = node_id.columns
        self._getter = AttributeGetter(*node_id.columns)
        self._generated: dict[Any, GeneratedRead | None] = {}
        self._coverage: Coverage | None = None

    def covers_whole(self, selection: Selection, run: PlanRun) -> bool:
        return self._find_coverage(selection, run).is_whole

    def covered_fields(self, selection: Selection, run: PlanRun) -> Sequence[WrittenField]:
        """The deferred fields that the database writes, when it does not write the whole object."""
        return self._find_coverage(selection, run).fields

    def request_keys(self, selection: Selection, run: PlanRun, keys: Sequence[Any]) -> BatchLoad:
        generated = self._find_generated(selection, run, self._find_coverage(selection, run))
        if generated is None:
            raise FallBack
        values = {name: value_of(run) for name, value_of in generated.values.items()}
        run.written_reads.add(generated.read)
        return run.request_rows(generated.read, keys, values)

    def complete_values(self, selection: Selection, run: PlanRun, values: Sequence[Any]) -> list[WrittenObject]:
        source_class = type(values[0]) if len(set(map(type, values))) == 1 else object
        keys = self._getter.read_batch(ObjectBatch(values, source_class, None, []))
        written = [WrittenObject() for _ in keys]
        asked = self.request_keys(selection, run, keys)

        def fill_places() -> None:
            for place, key in zip(written, keys, strict=True):
                place.json = _read_json(asked.found[key], -1)

        run.call_when_read(asked, fill_places)
        return written

    def resolve_batch(self, selection: Selection, run: PlanRun, batch: ObjectBatch) -> None:
        keys = self._getter.read_batch(batch)
        asked = self.request_keys(selection, run, keys)
        fields = self.covered_fields(selection, run)

        def fill_fields() -> None:
            for result, key in zip(batch.results, keys, strict=True):
                row = asked.found[key]
                for place, field in enumerate(fields, -len(fields)):
                    result[field.field.name] = _read_json(row, place)

        run.call_when_read(asked, fill_fields)

    def _find_coverage(self, selection: Selection, run: PlanRun) -> Coverage:
        """What it finds is remembered; it depends on the document alone."""
        if self._coverage is None:
            deferred = [field for field in selection.deferred if isinstance(field, LoadField | PageField)]
            whole = Coverage(is_whole=True, fields=(), pages=tuple(_variable_pages(selection.deferred)))
            if self._generate(selection, run, whole) is not None:
                self._coverage = whole
            else:
                fields = [field for field in deferred if self._generate(selection, run, _part(field)) is not None]
                self._coverage = _part(*fields)
        return self._coverage

    def _find_generated(self, selection: Selection, run: PlanRun, coverage: Coverage) -> GeneratedRead | None:
        shape = tuple([(it.backward, it.cursor is not None) for it in _read_windows(run, coverage).values()])
        if shape not in self._generated:
            if len(self._generated) >= _MAX_SHAPES:
                return None
            self._generated[shape] = self._generate(selection, run, coverage)
        return self._generated[shape]

    def _generate(self, selection: Selection, run: PlanRun, coverage: Coverage) -> GeneratedRead | None:
        read = self._node_id.read
        parameters = StatementParameters(len(read.keys))
        root = RowSource("root", read.types)
        writer = ObjectWriter(parameters, _read_windows(run, coverage), write_page)
        try:
            rows = bind_root(read.statement, read.keys, parameters)
            if coverage.is_whole:
                written = [writer.write_object(selection, root)]
            else:
                written = [writer.write_deferred(field, root) for field in coverage.fields]
        except NotWritable:
            return None
        names = [f"{GENERATED_COLUMN}_{number}" for number in range(len(written))]
        selected = [*(root.column(name).sql for name in read.by)]
        selected += [f"{expression} AS {name}" for expression, name in zip(written, names, strict=True)]
        sql = f"SELECT {', '.join(selected)} FROM ({rows}) AS root"
        return self._make_read(sql, tuple(names), parameters)

    def _make_read(self, sql: str, columns: tuple[str, ...], parameters: StatementParameters) -> GeneratedRead | None:
        read = self._node_id.read
        used = {int(number) for number in _PARAMETER.findall(sql)}
        if len(sql) > MAX_CHARACTERS or used != set(range(1, len(read.keys) + len(parameters.values) + 1)):
            return None
        names = tuple(f"value_{i}" for i in range(len(parameters.values)))
        statement = Statement(sql, (*read.keys, *names), {})
        values = dict(zip(names, parameters.values, strict=True))
        return GeneratedRead(read.replaced(statement, (*read.by, *columns)), values)


def _part(*fields: WrittenField) -> Coverage:
    return Coverage(is_whole=False, fields=fields, pages=tuple(_variable_pages(fields)))


def _read_windows(run: PlanRun, coverage: Coverage) -> dict[PageField, Window]:
    return {page: page.read_window(run) for page in coverage.pages}


def _read_json(row: Any, place: int) -> orjson.Fragment:
    """Raises `FallBack` for an object that is gone, and for what only the plan can judge."""
    if row is None or row[place] is None or REFUSED in row[place]:
        raise FallBack
    return orjson.Fragment(row[place])


def _variable_pages(fields: Iterable[DeferredField]) -> Iterator[PageField]:
    """The pages among these fields, and below, whose window is another in each run."""
    for field in fields:
        if not isinstance(field, LoadField | PageField | AttributeField):
            continue
        if isinstance(field, PageField) and field.field.arguments.constant is None:
            yield field
        completer: Any = field.field.completer
        while isinstance(completer, Nullable | ListOf | Masked):
            completer = completer.item if isinstance(completer, ListOf) else completer.inner
        if isinstance(completer, Selection):
            yield from _variable_pages(completer.deferred)
