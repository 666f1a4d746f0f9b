"""The cells of a table as SQL: everything that a cell has to be is done by the database (docs/domain/exports.md#exports-4)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import ColumnElement, Numeric, Text, case, cast, func, literal_column

from customer_gql.core.money import MINOR_DIGITS
from customer_gql.core.values.formulas import FORMULA_STARTS
from customer_gql.loading.grids.columns import ColumnType

from .columns import ExportColumn

_FORMULA_CODES: Final = ", ".join(str(ord(start)) for start in FORMULA_STARTS if start != "\0")  # stored by no database
_NOT_IN_XML: Final = str.maketrans("", "", "\ufffe\uffff")
"""A label of an attribute may have what no workbook can."""

_NUMBERS: Final = frozenset({ColumnType.INTEGER, ColumnType.MONEY})
_TEXTS: Final = frozenset({ColumnType.STRING, ColumnType.TAGS, ColumnType.OPTIONS, ColumnType.ID})


@dataclass(frozen=True, slots=True, eq=False)
class TableCell:
    """A column of a table: its title, its value as text or number, and whether people can have typed it."""

    title: str
    value: ColumnElement[Any]
    is_number: bool = False
    is_free_text: bool = False


def list_cells(columns: Sequence[ExportColumn]) -> list[TableCell]:
    """The columns of a table. Of those with one title the later ones have their keys in it."""
    met, cells = set[str](), list[TableCell]()
    for column in columns:
        for cell in _make_cells(column):
            cells.append(replace(cell, title=f"{cell.title} ({column.key})") if cell.title in met else cell)
            met.add(cell.title)
    return cells


def _make_cells(column: ExportColumn) -> Iterator[TableCell]:
    """One column, or two for an amount of money, whose currency has a column of its own."""
    title = column.title.translate(_NOT_IN_XML)
    if column.currency is not None:
        yield TableCell(title, to_major_units(column.value, column.currency), is_number=True)
        yield TableCell(f"{title} (currency)", cast(column.currency, Text()))
        return
    yield TableCell(
        title,
        _show(column),
        is_number=column.type in _NUMBERS,
        is_free_text=column.type in _TEXTS,
    )


def _show(column: ExportColumn) -> ColumnElement[Any]:
    match column.type:
        case ColumnType.ID:
            return encode_key(column) if column.label is None else cast(column.label, Text())
        case ColumnType.TAGS | ColumnType.OPTIONS:
            return func.array_to_string(column.value, literal_column("', '"), type_=Text())
        case ColumnType.BOOLEAN:
            return cast(column.value, Text())
        case ColumnType.DATE_TIME:
            return to_utc_seconds(column.value)
        case _:
            return column.value


def escape_formula_column(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """`escape_formula` by the database."""
    # Most texts begin with a letter, and need no further look.
    is_letter = func.ascii(value).between(literal_column("65"), literal_column("122"))
    first = func.ascii(func.ltrim(value, literal_column("''''")))
    quoted: Any = literal_column("''''").op("||")(value)
    return case((is_letter, value), (first.in_([literal_column(_FORMULA_CODES)]), quoted), else_=value)


def encode_key(column: ExportColumn) -> ColumnElement[Any]:
    """The public id of a record."""
    assert column.id_prefix is not None
    prefix: Any = literal_column(f"'{column.id_prefix}_'")
    digits = func.lpad(func.to_hex(column.value), literal_column("16"), literal_column("'0'"))
    return prefix.op("||")(digits)


def to_utc_seconds(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """As spreadsheets read times. The type writes itself, which is faster than a pattern."""
    return func.date_trunc(literal_column("'second'"), func.timezone(literal_column("'UTC'"), value))


def to_major_units(amount: ColumnElement[Any], currency: ColumnElement[Any]) -> ColumnElement[Any]:
    """The exact amount with the minor digits of its currency."""
    exact: Any = func.trunc(amount) if isinstance(amount.type, Numeric) else amount
    by_digits: dict[int, list[str]] = {}
    for code, digits in MINOR_DIGITS.items():
        by_digits.setdefault(digits, []).append(f"'{code}'")
    cases = [
        (currency.in_([literal_column(", ".join(codes))]), exact * _unit(digits)) for digits, codes in by_digits.items()
    ]
    return case(*cases, else_=exact * _unit(2))


def _unit(digits: int) -> ColumnElement[Any]:
    one = "1" if digits == 0 else f"0.{'0' * (digits - 1)}1"
    return literal_column(f"{one}::numeric", Numeric())
