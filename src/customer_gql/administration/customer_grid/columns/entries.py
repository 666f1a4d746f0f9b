"""Shorter ways to write the columns of the customers grid that are alike."""

from typing import Any, Final

from customer_gql.administration.customer_grid.tables import customer_grid_row
from customer_gql.loading.grids.columns import ColumnType, GridColumn

ROW: Final = customer_grid_row.c


def plain(key: str, title: str, description: str, type_: ColumnType, column: str, **given: Any) -> GridColumn:
    """A value that is compared as it is."""
    return GridColumn(key=key, title=title, description=description, type=type_, value=ROW[column], **given)


def text(key: str, title: str, description: str, column: str, over: str, **given: Any) -> GridColumn:
    """A text that is compared in its folded form."""
    folded = ROW[f"{column}_fold"]
    return plain(key, title, description, ColumnType.STRING, column, compared=folded, over=(over,), **given)


def money(key: str, title: str, description: str, column: str, **given: Any) -> GridColumn:
    """An amount in the currency of the account's website."""
    return plain(key, title, description, ColumnType.MONEY, column, currency=ROW.currency, **given)
