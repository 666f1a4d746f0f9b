"""Excel workbooks, written row by row in a thread of their own."""

import asyncio
import tempfile
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from customer_gql.core.errors import Refusal
from customer_gql.database.statements import Connection, compile_statement
from customer_gql.messaging.files.store import FileWriter

from .cells import TableCell, list_cells
from .columns import ExportQuery

ROWS_OF_A_SHEET: Final = 1_048_576
"""With the header."""
_BATCH: Final = 500
_READ_BYTES: Final = 512 * 1024
_LONGEST_CELL: Final = 32_767
# XML 1.0 has no way to write these, and the library leaves them in; it writes other characters of this kind as `_x0001_`.
_NOT_IN_XML: Final = str.maketrans("", "", "\ufffe\uffff")
CELL_TOO_LONG: Final = Refusal(
    "export.cell_too_long",
    "A value of the column {column} is longer than the {limit} characters of a cell. Choose another format.",
)


async def write_workbook(connection: Connection, query: ExportQuery, writer: FileWriter) -> int:
    """The number of rows. It is made in the folder for temporary files, because a workbook is an archive."""
    cells = list_cells(query.columns)
    statement = compile_statement(query.select_rows(*[c.value.label(f"cell_{i}") for i, c in enumerate(cells)]))
    count = 0
    # A thread that outlives a cancellation may still write there, which must not hide why the export ended.
    with tempfile.TemporaryDirectory(prefix="customer_gql_", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "workbook.xlsx"
        book = await asyncio.to_thread(_Workbook, path, query.name, cells)
        try:
            cursor = await connection.cursor(statement.sql, *statement.arguments({}))
            while rows := await cursor.fetch(_BATCH):
                await asyncio.to_thread(book.write_rows, rows)
                count += len(rows)
        except BaseException:
            book.discard()
            raise
        await asyncio.to_thread(book.close)
        for part in _parts(path):
            await writer.write(part)
    return count


def _parts(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while part := file.read(_READ_BYTES):
            yield part


class _Workbook:
    def __init__(self, path: Path, name: str, cells: Sequence[TableCell]) -> None:
        # Temporary files beside the workbook, which are deleted with it.
        options = {"constant_memory": True, "tmpdir": str(path.parent), "strings_to_formulas": False}
        options |= {"use_zip64": True}  # for sheets of more than 2 GiB
        self._book = xlsxwriter.Workbook(str(path), {**options, "strings_to_urls": False, "strings_to_numbers": False})
        self._name = name[:25]
        self._cells = cells
        self._sheets = 0
        self._line = ROWS_OF_A_SHEET
        self._add_sheet()

    def _add_sheet(self) -> None:
        self._sheets += 1
        self._sheet = self._book.add_worksheet(self._name if self._sheets == 1 else f"{self._name} {self._sheets}")
        for place, cell in enumerate(self._cells):
            self._sheet.write_string(0, place, cell.title)
        self._line = 1

    def write_rows(self, rows: Sequence[Any]) -> None:
        for row in rows:
            if self._line == ROWS_OF_A_SHEET:
                self._add_sheet()
            for place, (cell, value) in enumerate(zip(self._cells, row, strict=True)):
                if value is not None:
                    self._write_cell(place, cell, value)
            self._line += 1

    def _write_cell(self, place: int, cell: TableCell, value: Any) -> None:
        if cell.is_number:
            self._sheet.write_number(self._line, place, float(value) if isinstance(value, Decimal) else value)
        else:
            text = str(value).translate(_NOT_IN_XML)
            if len(text) > _LONGEST_CELL:
                raise CELL_TOO_LONG(column=cell.title, limit=_LONGEST_CELL)
            self._sheet.write_string(self._line, place, text)

    def close(self) -> None:
        self._book.close()

    def discard(self) -> None:
        """Without packing what was written, which takes longer than a cancellation may."""
        sheets: Any = self._book.worksheets()
        for sheet in sheets:
            sheet.row_data_fh.close()
