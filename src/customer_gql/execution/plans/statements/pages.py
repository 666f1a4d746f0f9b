"""Pages of nested connections as JSON: nodes, edges, cursors and counts, in every direction."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from graphql import GraphQLInt
from sqlalchemy import Boolean, Date, DateTime, Integer, String

from customer_gql.core.errors import BadInput
from customer_gql.execution.plans.deferred.attributes import AttributeField
from customer_gql.execution.plans.deferred.loads import CountField, PageField
from customer_gql.execution.plans.generated.functions import placeholder_expression
from customer_gql.execution.plans.generated.leaves import AttributeExpression
from customer_gql.execution.plans.generated.objects import TypenameExpression
from customer_gql.execution.plans.running.run import PlanRun
from customer_gql.execution.plans.selections.completers import Completer, ListOf, Nullable
from customer_gql.execution.plans.selections.selection import Selection
from customer_gql.graph.connections import make_declared_window
from customer_gql.loading.pages import Sort, Window

from .json_sql import NULL_SQL, REFUSED_SQL, JsonPieces, NotWritable, join_pieces, quote_text
from .leaves import SqlColumn, write_instant, write_leaf, write_text
from .objects import ObjectWriter, RowSource, name_of, write_expression

_NUMBER: Final = "page_number"
_COUNT: Final = "page_count"


def write_page(writer: ObjectWriter, field: PageField, row: RowSource) -> str:
    connection = _selection_of(field.field.completer)
    return _PageWriter.of(writer, field, row).write_connection(connection)


@dataclass(slots=True)
class _PageWriter:
    """One page: its window, and the rows that are read for it, numbered in the order of the statement."""

    writer: ObjectWriter
    field: PageField
    row: RowSource
    window: Window
    source: RowSource
    size: str
    """An expression: the number itself, or a parameter."""
    looks_ahead: bool = False
    """Whether a row more than asked for is read, which tells of a next page."""
    numbers: bool = False
    counts: bool = False

    @classmethod
    def of(cls, writer: ObjectWriter, field: PageField, row: RowSource) -> "_PageWriter":
        constant = field.field.arguments.constant
        source = RowSource(writer.new_alias(), {})
        if constant is None:
            window = writer.windows[field]
            if not _reads_rows(_selection_of(field.field.completer)):
                raise NotWritable  # its arguments would be checked by nobody
            size = f"{writer.parameters.add_parameter(lambda run: field.read_window(run).size)}::integer"
        else:
            try:
                window = make_declared_window(constant)
                window.arguments(field.declared.pages.sort)
            except BadInput:
                raise NotWritable from None  # the plan reports it
            size = str(window.size)
        read = field.declared.pages.read(window)
        return cls(writer, field, row, window, source._replace(types=read.types), size)

    def write_connection(self, connection: Selection) -> str:
        self.looks_ahead = self._asks_for_more(connection)
        deferred = {name: it for it in connection.deferred if (name := name_of(it)) is not None}
        pieces = JsonPieces()
        for number, (name, expression) in enumerate(connection.expressions):
            pieces.add_text(f'{"," if number else "{"}"{name}":')
            if expression is placeholder_expression:
                self._write_part(pieces, deferred.get(name))
            elif isinstance(expression, TypenameExpression):
                write_expression(pieces, expression, self.source.column)
            else:
                raise NotWritable
        pieces.add_text("}" if connection.expressions else "{}")
        written = pieces.to_sql()
        if not _reads_rows(connection):
            return written
        # Makes one row of any number of rows, of none too, even where nothing is aggregated.
        return f"coalesce((SELECT {written} FROM {self._write_rows()} HAVING TRUE), {REFUSED_SQL})"

    def _write_part(self, pieces: JsonPieces, field: Any) -> None:
        if isinstance(field, CountField):
            pieces.add_sql(self._write_count())
            return
        if not isinstance(field, AttributeField):
            raise NotWritable
        completer = field.field.completer
        match field.getter.names:
            case ("nodes",):
                node = self.writer.write_object(_selection_of_list(completer), self.source)
                pieces.add_sql(self._aggregate(node))
            case ("edges",):
                pieces.add_sql(self._aggregate(self._write_edge(_selection_of_list(completer))))
            case ("page_info",):
                self._write_bounds(pieces, _selection_of(completer))
            case _:
                raise NotWritable

    def _write_count(self) -> str:
        count = self.field.declared.pages.count
        source = RowSource(self.writer.new_alias(), count.types)
        rows = self.writer.bind_read(count, self.row, self.field.declared.columns, {})
        total = write_leaf(GraphQLInt, source.column("total"), nullable=False)
        return f"coalesce((SELECT {total} FROM ({rows}) AS {source.alias}), '0')"

    def _aggregate(self, item: str) -> str:
        order = ""
        if self.window.backward:
            self.numbers = True
            order = f" ORDER BY {self.source.alias}.{_NUMBER} DESC"
        within = f" FILTER (WHERE {self.source.alias}.{_NUMBER} <= {self.size})" if self.looks_ahead else ""
        return f"concat('[', string_agg({item}, ','{order}){within}, ']')"

    def _asks_for_more(self, connection: Selection) -> bool:
        """Whether it has to be known that there is a further row."""
        ahead = "has_previous_page" if self.window.backward else "has_next_page"
        bounds = [
            it for it in connection.deferred if isinstance(it, AttributeField) and it.getter.names == ("page_info",)
        ]
        return any(
            isinstance(expression, AttributeExpression) and expression.attribute == ahead
            for it in bounds
            for _, expression in _selection_of(it.field.completer).expressions
        )

    def _write_edge(self, edge: Selection) -> str:
        deferred = {name: it for it in edge.deferred if (name := name_of(it)) is not None}
        pieces = JsonPieces()
        for number, (name, expression) in enumerate(edge.expressions):
            pieces.add_text(f'{"," if number else "{"}"{name}":')
            field = deferred.get(name)
            if isinstance(expression, AttributeExpression) and expression.attribute == "cursor":
                pieces.add_sql(self._write_cursor())
            elif isinstance(expression, TypenameExpression):
                write_expression(pieces, expression, self.source.column)
            elif isinstance(field, AttributeField) and field.getter.names == ("node",):
                pieces.add_sql(self.writer.write_object(_selection_of(field.field.completer), self.source))
            else:
                raise NotWritable
        pieces.add_text("}" if edge.expressions else "{}")
        return pieces.to_sql()

    def _write_bounds(self, pieces: JsonPieces, bounds: Selection) -> None:
        for number, (name, expression) in enumerate(bounds.expressions):
            pieces.add_text(f'{"," if number else "{"}"{name}":')
            if isinstance(expression, AttributeExpression):
                self._write_bound(pieces, expression.attribute)
            else:
                write_expression(pieces, expression, self.source.column)
        pieces.add_text("}" if bounds.expressions else "{}")

    def _write_bound(self, pieces: JsonPieces, attribute: str) -> None:
        came_from, backward = self.window.cursor is not None, self.window.backward
        if attribute in {"has_next_page", "has_previous_page"}:
            if (attribute == "has_next_page") != backward:
                pieces.add_sql(f"CASE WHEN count(*) > {self.size} THEN 'true' ELSE 'false' END")
            else:
                pieces.add_text("true" if came_from else "false")
            return
        self.numbers = True
        place = "1"
        if (attribute == "end_cursor") != backward:
            self.counts = True
            place = f"least({self.size}, {self.source.alias}.{_COUNT})"
        at_place = f"FILTER (WHERE {self.source.alias}.{_NUMBER} = {place})"
        pieces.add_sql(f"coalesce(max({self._write_cursor()}) {at_place}, {NULL_SQL})")

    def _write_cursor(self) -> str:
        """The same as `encode_cursor`, as a JSON string."""
        sort = self.field.declared.pages.sort
        values = [_write_cursor_value(self.source.column(name)) for name in sort.names]
        start = quote_text(f'["{sort.list_name}","{sort.name}",')
        listed = join_pieces([start, *_separate(values), "']'"])
        encoded = f"encode(convert_to({listed}, 'UTF8'), 'base64')"
        return f"concat('\"', translate({encoded}, E'+/=\\n', '-_'), '\"')"

    def _write_rows(self) -> str:
        pages, window = self.field.declared.pages, self.window
        limit = f"({self.size} + 1)" if self.looks_ahead else self.size
        given = {"limit": limit, **self._write_place(pages.sort)}
        rows = self.writer.bind_read(pages.read(window), self.row, self.field.declared.columns, given)
        if not (self.numbers or self.looks_ahead):
            return f"({rows}) AS {self.source.alias}"
        counted = f", count(*) OVER () AS {_COUNT}" if self.counts else ""
        numbered = f"SELECT rows.*, row_number() OVER () AS {_NUMBER}{counted} FROM ({rows}) AS rows"
        return f"({numbered}) AS {self.source.alias}"

    def _write_place(self, sort: Sort) -> dict[str, str]:
        if self.window.cursor is None:
            return {}
        field, argument = self.field, "before" if self.window.backward else "after"

        def value_of(run: PlanRun, name: str) -> Any:
            return sort.place(field.read_window(run).cursor or "", argument)[name]

        names = [f"place_{i}" for i in range(len(sort.columns))]
        return {
            name: self.writer.parameters.add_parameter(lambda run, name=name: value_of(run, name)) for name in names
        }


def _reads_rows(connection: Selection) -> bool:
    """Whether anything but a count is asked for."""
    return any(isinstance(field, AttributeField) for field in connection.deferred)


def _separate(values: Sequence[str]) -> list[str]:
    return [part for i, value in enumerate(values) for part in ((value,) if not i else ("','", value))]


def _write_cursor_value(column: SqlColumn) -> str:
    """As `orjson` writes it; columns of an order are never null."""
    if isinstance(column.type, DateTime):
        return write_instant(column.sql, nullable=True)
    if isinstance(column.type, String):
        return write_text(column.sql, nullable=True)
    if isinstance(column.type, Integer | Date | Boolean):
        return f"coalesce(to_json({column.sql})::text, {NULL_SQL})"
    raise NotWritable


def _selection_of(completer: Completer) -> Selection:
    inner = completer.inner if isinstance(completer, Nullable) else completer
    if not isinstance(inner, Selection):
        raise NotWritable
    return inner


def _selection_of_list(completer: Completer) -> Selection:
    listed = completer.inner if isinstance(completer, Nullable) else completer
    if not isinstance(listed, ListOf):
        raise NotWritable
    return _selection_of(listed.item)
