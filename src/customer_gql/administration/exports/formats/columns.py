"""What a file is made of: columns and rows, before any format."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Alias, ColumnClause, ColumnElement, FromClause, ScalarSelect, Text, case, cast, func, select
from sqlalchemy.sql.visitors import iterate

from customer_gql.database.statements import AnySelect
from customer_gql.loading.grids.columns import ColumnType, GridColumn


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExportColumn:
    """`key` names it in JSON and `title` in tables. `label` is what people read for a record that `value` refers to, and
    `currency` that of an amount in minor units."""

    key: str
    title: str
    type: ColumnType
    value: ColumnElement[Any]
    label: ColumnElement[Any] | None = None
    id_prefix: str | None = None
    currency: ColumnElement[Any] | None = None


def export_column(column: GridColumn) -> ExportColumn:
    return ExportColumn(
        key=column.key,
        title=column.title,
        type=column.type,
        value=_show_names(column),
        label=None if column.id_prefix is None or column.sql_label is None else column.sql_label(column.value),
        id_prefix=column.id_prefix,
        currency=column.currency,
    )


def _show_names(column: GridColumn) -> ColumnElement[Any]:
    """A value of an enum as the graph names it, where it is stored in another form."""
    renamed = {one.value: one.name for one in column.choices or () if one.value != one.name}
    return case(renamed, value=column.value, else_=column.value) if renamed else column.value


def join_labels(query: "ExportQuery") -> "ExportQuery":
    """The same rows with labels from joined tables: a subquery of its own for each cell would take longer than all the rest."""
    source, columns = query.source, list[ExportColumn]()
    for place, column in enumerate(query.columns):
        named = _find_named_column(column.label)
        if named is None:
            columns.append(column)
            continue
        table: Any = named.table
        joined = table.element.alias(f"label_{place}")
        source = source.outerjoin(joined, joined.c.id == column.value)
        columns.append(replace(column, label=cast(joined.c[named.name], Text())))
    return replace(query, source=source, columns=columns)


def _find_named_column(label: ColumnElement[Any] | None) -> ColumnElement[Any] | None:
    """The column of a table that `name_of` takes a label from; None for a label of another kind."""
    if not isinstance(label, ScalarSelect):
        return None
    [shown] = label.element.selected_columns
    return next((one for one in iterate(shown) if isinstance(one, ColumnClause) and isinstance(one.table, Alias)), None)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExportQuery:
    """The rows of a file. `ordered` gives a statement their order."""

    name: str
    columns: Sequence[ExportColumn]
    source: FromClause
    conditions: Sequence[ColumnElement[bool]]
    ordered: Callable[[AnySelect], AnySelect]
    is_spreadsheet_safe: bool = True
    """Whether cells of a CSV file that a spreadsheet would compute are kept from it."""

    def select_rows(self, *values: ColumnElement[Any]) -> AnySelect:
        return self.ordered(select(*values).select_from(self.source).where(*self.conditions))

    @property
    def count(self) -> AnySelect:
        return select(func.count()).select_from(self.source).where(*self.conditions)
