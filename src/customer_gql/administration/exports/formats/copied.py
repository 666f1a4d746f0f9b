"""Formats whose text the database makes: CSV, SpreadsheetML 2003, and JSON line by line.

Rows never become objects of this process, so that memory does not grow with them, and a file takes about as long as `COPY`.
"""

import csv
import io
from collections.abc import Sequence
from functools import reduce
from typing import Any, Final
from xml.sax.saxutils import escape

from sqlalchemy import ColumnElement, Text, case, cast, func, literal_column, null, select

from customer_gql.core.values.formulas import escape_formula
from customer_gql.database.statements import AnySelect, Connection, compile_statement
from customer_gql.loading.grids.columns import ColumnType
from customer_gql.messaging.files.store import FileWriter

from .cells import TableCell, encode_key, escape_formula_column, list_cells, to_major_units
from .columns import ExportColumn, ExportQuery

# A row that is one text is copied as it is: none of the texts contains these characters.
_AS_IT_IS: Final = {"format": "csv", "delimiter": "\x02", "quote": "\x01", "null": "\x03"}
_XML_HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<?mso-application progid="Excel.Sheet"?>\n'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">\n'
    '<Worksheet ss:Name="{name}"><Table>\n'
)
_XML_TAIL: Final = "</Table></Worksheet></Workbook>\n"
# XML 1.0 has no way to write these, and no text of the shop needs them.
_NOT_IN_XML: Final = "".join(map(chr, [*range(1, 9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF]))


async def write_csv(connection: Connection, query: ExportQuery, writer: FileWriter) -> int:
    """The number of rows. The header is not among them."""
    cells = list_cells(query.columns)
    head = io.StringIO()
    titles = [escape_formula(cell.title) if query.is_spreadsheet_safe else cell.title for cell in cells]
    csv.writer(head, lineterminator="\n").writerow(titles)
    await writer.write(head.getvalue().encode())
    values = [
        escape_formula_column(c.value) if c.is_free_text and query.is_spreadsheet_safe else c.value for c in cells
    ]
    return await _copy(connection, query.select_rows(*_labelled(values)), writer, format="csv")


async def write_json_lines(connection: Connection, query: ExportQuery, writer: FileWriter) -> int:
    """Each row as an object; times, numbers and lists as JSON has them, money and references as objects."""
    values = [_json_value(column).label(column.key) for column in query.columns]
    rows = query.select_rows(*values).subquery("exported")
    line = func.row_to_json(literal_column("exported"), type_=Text())
    # A query of a query keeps its order.
    return await _copy(connection, select(cast(line, Text())).select_from(rows), writer, **_AS_IT_IS)


async def write_spreadsheet_xml(connection: Connection, query: ExportQuery, writer: FileWriter) -> int:
    cells = list_cells(query.columns)
    titles = "".join(f'<Cell><Data ss:Type="String">{escape(cell.title)}</Data></Cell>' for cell in cells)
    await writer.write(f"{_XML_HEAD.format(name=escape(query.name))}<Row>{titles}</Row>\n".encode())
    parts: list[ColumnElement[Any]] = [_sql_text("<Row>"), *map(_xml_cell, cells), _sql_text("</Row>")]
    row = reduce(lambda left, right: left.op("||")(right), parts)
    count = await _copy(connection, query.select_rows(row.label("line")), writer, **_AS_IT_IS)
    await writer.write(_XML_TAIL.encode())
    return count


async def _copy(connection: Connection, statement: AnySelect, writer: FileWriter, **options: Any) -> int:
    compiled = compile_statement(statement)
    arguments = compiled.arguments({})
    tag = await connection.copy_from_query(compiled.sql, *arguments, output=writer.write, **options)
    return int(tag.rpartition(" ")[2])


def _labelled(values: Sequence[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    return [value.label(f"cell_{place}") for place, value in enumerate(values)]


def _json_value(column: ExportColumn) -> ColumnElement[Any]:
    if column.currency is not None:
        amount = cast(to_major_units(column.value, column.currency), Text())
        made: Any = func.json_build_object(
            _sql_text("amount"), amount, _sql_text("currency"), cast(column.currency, Text())
        )
    elif column.type is ColumnType.ID:
        label = null() if column.label is None else cast(column.label, Text())
        made = func.json_build_object(_sql_text("id"), encode_key(column), _sql_text("label"), label)
    else:
        return column.value
    return case((column.value.is_(None), null()), else_=made)


def _xml_cell(cell: TableCell) -> ColumnElement[Any]:
    kind = "Number" if cell.is_number else "String"
    value = cast(cell.value, Text())
    shown: Any = value if cell.is_number else _escape_xml(value)
    filled = _sql_text(f'<Cell><Data ss:Type="{kind}">').op("||")(shown).op("||")(_sql_text("</Data></Cell>"))
    return func.coalesce(filled, _sql_text("<Cell/>"), type_=Text())


def _escape_xml(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """Line breaks as references, so that a row is one line."""
    kept: ColumnElement[Any] = func.translate(value, _sql_text(_NOT_IN_XML), _sql_text(""), type_=Text())
    for char, written in (
        ("&", "&amp;"),
        ("<", "&lt;"),
        (">", "&gt;"),
        ("\r", "&#13;"),
        ("\n", "&#10;"),
        ("\t", "&#9;"),
    ):
        kept = func.replace(kept, _sql_text(char), _sql_text(written), type_=Text())
    return kept


def _sql_text(text: str) -> ColumnElement[Any]:
    """A text of ours, as a constant of the statement."""
    codes = "".join(char if char.isprintable() and char != "'" else f"\\{ord(char):04x}" for char in text)
    if codes == text and "\\" not in text and ":" not in text:
        return literal_column(f"'{text}'", Text())
    return literal_column("U&'" + "".join(_code_of(char) for char in text) + "'", Text())


def _code_of(char: str) -> str:
    return char if char.isalnum() and char.isascii() else f"\\{ord(char):04x}"
