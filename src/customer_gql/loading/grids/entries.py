"""Shorter ways to write columns of grids that are alike."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Table, Text, cast, collate, func, select

from .columns import ColumnType, GridColumn


def plain_column(
    key: str, title: str, description: str, type_: ColumnType, value: ColumnElement[Any], **given: Any
) -> GridColumn:
    """A value that is compared as it is."""
    return GridColumn(key=key, title=title, description=description, type=type_, value=value, **given)


def text_column(key: str, title: str, description: str, value: ColumnElement[Any], **given: Any) -> GridColumn:
    """A text that is compared in its folded form."""
    return plain_column(key, title, description, ColumnType.STRING, value, compared=folded(value), **given)


def reference_column(
    key: str, title: str, description: str, value: ColumnElement[Any], prefix: str, names: Table, **given: Any
) -> GridColumn:
    """The key of a row of a small table with names, which is not sorted by."""
    label = name_of(names)
    return plain_column(
        key, title, description, ColumnType.ID, value, id_prefix=prefix, sql_label=label, is_sortable=False, **given
    )


def folded(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """The form of a text that filters compare, byte by byte. An index over the same expression is used."""
    return collate(func.fold_text(value, type_=Text()), "C")


def name_of(table: Table, column: str = "name") -> Callable[[ColumnElement[Any]], ColumnElement[Any]]:
    """The label of a reference to a table by a column of it. The table may be a source of the grid too."""
    named = table.alias(f"named_{table.name}")
    return lambda key: select(cast(named.c[column], Text())).where(named.c.id == key).scalar_subquery()
