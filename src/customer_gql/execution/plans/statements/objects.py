"""Compiles the selection of a plan to SQL: an object is one expression, what it loads are subqueries in it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Integer, Numeric
from sqlalchemy.types import TypeEngine

from customer_gql.core.errors import BadInput
from customer_gql.core.money import format_amount_in_sql
from customer_gql.execution.plans.deferred.attributes import AttributeField
from customer_gql.execution.plans.deferred.loads import LoadField, PageField
from customer_gql.execution.plans.generated.functions import NamedExpression, null_expression, placeholder_expression
from customer_gql.execution.plans.generated.leaves import AttributeExpression, MaskedExpression
from customer_gql.execution.plans.generated.objects import (
    IdExpression,
    MoneyExpression,
    TypenameExpression,
    amount_expression,
)
from customer_gql.execution.plans.selections.completers import Completer, Leaf, ListOf, Masked, Nullable
from customer_gql.execution.plans.selections.selection import Selection
from customer_gql.loading.pages import Window, validate_page_size
from customer_gql.loading.reads import Read, WholeRead

from .binding import StatementParameters, bind_keys
from .json_sql import REFUSED_SQL, JsonPieces, NotWritable, absent_sql
from .leaves import SqlColumn, write_leaf, write_list, write_masked_leaf

_MAX_DEPTH: Final = 12
_MONEY_TYPES: Final = (Integer, Numeric)


class RowSource(NamedTuple):
    """The rows of a subquery: its alias, and the types of its columns."""

    alias: str
    types: Mapping[str, TypeEngine[Any]]

    def column(self, name: str) -> SqlColumn:
        if name not in self.types:
            raise NotWritable
        return SqlColumn(f'{self.alias}."{name}"', self.types[name])


PageWriter = Callable[["ObjectWriter", PageField, RowSource], str]
ColumnReader = Callable[[str], SqlColumn]


class ObjectWriter:
    """Writes the objects of one statement. Raises `NotWritable` for what only a plan can answer."""

    def __init__(
        self, parameters: StatementParameters, windows: Mapping[PageField, Window], write_page: "PageWriter"
    ) -> None:
        """`write_page` writes pages, which contain objects. `windows` are those of the pages whose arguments are variables, of one run: others have the same shape."""
        self.parameters = parameters
        self.windows = windows
        self._write_page = write_page
        self._aliases = 0
        self._depth = 0

    def new_alias(self) -> str:
        self._aliases += 1
        return f"row_{self._aliases}"

    def write_object(self, selection: Selection, row: RowSource) -> str:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise NotWritable
        deferred = {name: field for field in selection.deferred if (name := name_of(field)) is not None}
        pieces = JsonPieces()
        for number, (name, expression) in enumerate(selection.expressions):
            pieces.add_text(f'{"," if number else "{"}"{name}":')
            if expression is placeholder_expression:
                pieces.add_sql(self.write_deferred(deferred.get(name), row))
            else:
                write_expression(pieces, expression, row.column)
        pieces.add_text("}" if selection.expressions else "{}")
        self._depth -= 1
        return pieces.to_sql()

    def write_deferred(self, field: Any, row: RowSource) -> str:
        if isinstance(field, LoadField):
            return self._write_load(field, row)
        if isinstance(field, PageField):
            return self._write_page(self, field, row)
        if isinstance(field, AttributeField):
            [attribute] = field.getter.names
            return _write_leaf_list(field.field.completer, row.column(attribute))
        raise NotWritable

    def _write_load(self, field: LoadField, row: RowSource) -> str:
        read, completer = field.declared.read, field.field.completer
        if isinstance(read, WholeRead) or not isinstance(completer, Nullable):
            raise NotWritable
        source = RowSource(self.new_alias(), read.types)
        rows = self.bind_read(read, row, field.declared.columns, self._limit_of(field))
        if read.many:
            written = self.write_object(_selection_of_items(completer.inner), source)
            return f"(SELECT concat('[', string_agg({written}, ','), ']') FROM ({rows}) AS {source.alias})"
        if not isinstance(completer.inner, Selection):
            raise NotWritable
        written = self.write_object(completer.inner, source)
        found = f"(SELECT {written} FROM ({rows}) AS {source.alias})"
        return f"coalesce({found}, {absent_sql(nullable=completer.nullable)})"

    def bind_read(self, read: Read, row: RowSource, columns: Sequence[str], given: Mapping[str, str]) -> str:
        """The rows that a read finds by the key that an object has in these columns."""
        keys = dict(zip(read.keys, [row.column(name).sql for name in columns], strict=True))
        return bind_keys(read.statement, keys, given, self.parameters)

    def _limit_of(self, field: LoadField) -> Mapping[str, str]:
        if not field.declared.limited:
            return {}
        arguments = field.field.arguments
        if arguments.constant is not None:
            return {"limit": str(_require_page_size(arguments.constant["first"]))}
        return {
            "limit": self.parameters.add_parameter(
                lambda run: validate_page_size(run.argument_values(arguments)["first"])
            )
        }


def name_of(field: Any) -> str | None:
    """The name of a deferred field in the answer; None for one that is refused to its viewers."""
    document_field = getattr(field, "field", None)
    return None if document_field is None else document_field.name


def _require_page_size(asked: int) -> int:
    try:
        return validate_page_size(asked)
    except BadInput:
        raise NotWritable from None  # the plan reports it


def _selection_of_items(completer: Completer) -> Selection:
    """Of a list of rows, none of which is null."""
    item = completer.item if isinstance(completer, ListOf) else None
    inner = item.inner if isinstance(item, Nullable) else item
    if not isinstance(inner, Selection):
        raise NotWritable
    return inner


def write_expression(pieces: JsonPieces, expression: Any, read_column: ColumnReader) -> None:
    """A field that the row itself answers."""
    match expression:
        case TypenameExpression(object_type):
            pieces.add_text(f'"{object_type.name}"')
        case AttributeExpression(leaf, attribute, nullable):
            pieces.add_sql(write_leaf(leaf, read_column(attribute), nullable=nullable))
        case MaskedExpression(AttributeExpression(leaf, attribute, nullable)):
            pieces.add_sql(write_masked_leaf(leaf, read_column(attribute), nullable=nullable))
        case IdExpression(declared):
            pieces.add_text(f'"{declared.prefix}_')
            for column in declared.columns:
                pieces.add_sql(_write_key(read_column(column)))
            pieces.add_text('"')
        case MoneyExpression(declared, fields, nullable):
            amount, currency = map(read_column, declared.columns)
            pieces.add_sql(_write_money({"amount": amount, "currency": currency}, fields, nullable=nullable))
        case _ if expression is null_expression:
            pieces.add_text("null")
        case _:
            raise NotWritable


def _write_key(column: SqlColumn) -> str:
    if not isinstance(column.type, Integer):
        raise NotWritable
    return f"coalesce(lpad(to_hex({column.sql}::bigint), 16, '0'), {REFUSED_SQL})"


def _write_money(columns: Mapping[str, SqlColumn], fields: Sequence[NamedExpression], *, nullable: bool) -> str:
    amount = columns["amount"]
    if not isinstance(amount.type, _MONEY_TYPES):
        raise NotWritable
    # A sum is numeric, and has no fraction.
    whole = amount.sql if isinstance(amount.type, Integer) else f"trunc({amount.sql})"
    pieces = JsonPieces()
    for number, (name, expression) in enumerate(fields):
        pieces.add_text(f'{"," if number else "{"}"{name}":')
        if expression is amount_expression:
            pieces.add_text('"')
            pieces.add_sql(format_amount_in_sql(whole, columns["currency"].sql))
            pieces.add_text('"')
        else:
            write_expression(pieces, expression, columns.__getitem__)
    pieces.add_text("}" if fields else "{}")
    return f"CASE WHEN {amount.sql} IS NULL THEN {absent_sql(nullable=nullable)} ELSE {pieces.to_sql()} END"


def _write_leaf_list(completer: Completer, column: SqlColumn) -> str:
    is_masked = isinstance(completer, Masked)
    outer = completer.inner if isinstance(completer, Masked) else completer
    if not isinstance(outer, Nullable) or not isinstance(outer.inner, ListOf):
        raise NotWritable
    item = outer.inner.item
    if not isinstance(item, Leaf):
        raise NotWritable
    return write_list(item.type, column, nullable=outer.nullable, item_nullable=item.nullable, is_masked=is_masked)
