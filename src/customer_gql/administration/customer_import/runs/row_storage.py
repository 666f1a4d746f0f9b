"""An upload on its way into `import_row`: read and judged in a thread, stored batch by batch
(docs/domain/import.md#import-25)."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

import orjson
from sqlalchemy import update

from customer_gql.administration.customer_import.adobe.scopes import load_shop
from customer_gql.administration.customer_import.reading.files import CsvFile, CsvRecord
from customer_gql.administration.customer_import.reading.lines import FilePosition
from customer_gql.administration.customer_import.reading.refusals import OTHER_ENCODING
from customer_gql.administration.customer_import.reading.report import CellProblem, Outcome, shorten_value
from customer_gql.administration.customer_import.reading.unpacking import Unpacker
from customer_gql.administration.customer_import.settings import MAX_MEBIBYTES, UNPACKED_FACTOR
from customer_gql.administration.customer_import.staging import CheckedRow
from customer_gql.administration.customer_import.tables import ImportBehavior, ImportLayout, customer_import, import_row
from customer_gql.core.viewer import Websites
from customer_gql.database.statements import Connection, Row, execute_statement
from customer_gql.shop.settings.reads import setting

from .columns import name_file_columns, rename_columns
from .layouts import LayoutSheet, check_layout_row, make_sheet
from .options import read_options

STEP_SECONDS: Final = 2.0
_BATCH_ROWS: Final = 1_000
_TOLD_ENCODING: Final = "SELECT EXISTS (SELECT FROM import_row WHERE import_id = $1 AND problems @> $2)"
MEBIBYTE: Final = 1024 * 1024
_COLUMNS: Final = (
    "import_id",
    "line",
    "email_key",
    "website_id",
    "is_deletion",
    "customer",
    "address",
    "finance",
    "problems",
    "is_refused",
)


class UploadStream:
    """The unpacked content of an upload, read by a thread while the event loop fetches what comes next."""

    def __init__(self, parts: AsyncIterator[bytes], unpacker: Unpacker, loop: asyncio.AbstractEventLoop) -> None:
        self._pieces = self._unpack(parts, unpacker, loop)
        self._waiting = b""
        self._head: bytes | None = b""
        self._place = 0

    def read(self, size: int = -1) -> bytes:
        while len(self._waiting) < size or size < 0:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._waiting += piece
        size = len(self._waiting) if size < 0 else size
        given, self._waiting = self._waiting[:size], self._waiting[size:]
        self._place += len(given)
        if self._head is not None:
            self._head += given
        return given

    def seek(self, place: int) -> int:
        """Back to the start, once and before much was read."""
        assert place == 0
        assert self._head is not None
        self._waiting, self._head, self._place = self._head + self._waiting, None, 0
        return 0

    def tell(self) -> int:
        return self._place

    def close(self) -> None:
        """Nothing stays open between two parts."""

    def _unpack(
        self, parts: AsyncIterator[bytes], unpacker: Unpacker, loop: asyncio.AbstractEventLoop
    ) -> Iterator[bytes]:
        async def fetch() -> bytes | None:
            return await anext(parts, None)

        while (part := asyncio.run_coroutine_threadsafe(fetch(), loop).result()) is not None:
            yield from unpacker.feed(part)
        yield from unpacker.finish()


async def store_rows(connection: Connection, imported: Row, open_parts: Any, *, reached: Websites) -> bool:
    """Read on where the import is in its file, for a moment; whether the file came to its end."""
    if not imported.staged_line:
        await connection.execute("DELETE FROM import_row WHERE import_id = $1", imported.id, timeout=600)
    options = read_options(imported.options)
    sheet = make_sheet(
        ImportLayout(imported.layout),
        ImportBehavior(imported.behavior),
        shop := await load_shop(connection, reached=reached),
        options,
        website=next((code for code, id in shop.websites.items() if id == imported.website_id), None),
        opened=None if imported.staged_opened is None else orjson.loads(imported.staged_opened),
    )
    limit = await setting(connection, MAX_MEBIBYTES) * MEBIBYTE * UNPACKED_FACTOR
    loop = asyncio.get_running_loop()

    def open_stream() -> Any:
        return UploadStream(open_parts(), Unpacker(limit), loop)

    told = await connection.fetchval(_TOLD_ENCODING, imported.id, f'[{{"key": "{OTHER_ENCODING.key}"}}]')
    reader = await asyncio.to_thread(_RowReader, imported, sheet, open_stream, has_told_encoding=told)
    names, ends = name_file_columns(imported), time.monotonic() + STEP_SECONDS
    while batch := await asyncio.to_thread(reader.read_batch):
        await connection.copy_records_to_table(
            "import_row",
            records=[_describe(imported.id, row, names) for row in batch],
            columns=list(_COLUMNS),
            timeout=600,
        )
        if time.monotonic() > ends:
            break
    await _keep_place(connection, imported.id, reader)
    return not batch


class _RowReader:
    """Runs in a thread."""

    def __init__(self, imported: Row, sheet: LayoutSheet, open_stream: Any, *, has_told_encoding: bool) -> None:
        self._sheet = sheet
        self._has_told_encoding = has_told_encoding
        self._options = read_options(imported.options)
        self._file = CsvFile(open_stream(), imported.file_name, self._options)
        self._columns = rename_columns(self._file.columns, imported)
        self.position = FilePosition(imported.staged_line, imported.staged_bytes)
        self.has_secrets = False
        if imported.staged_line:
            self._file.resume(open_stream(), self.position)
        self._records = self._file.records()

    @property
    def opened(self) -> Any:
        return self._sheet.opened

    def read_batch(self) -> list[CheckedRow]:
        return [self._check(record) for record in islice(self._records, _BATCH_ROWS)]

    def _check(self, record: CsvRecord) -> CheckedRow:
        self.position = record.position
        row = check_layout_row(record, self._columns, self._sheet, self._options, self._note_secret)
        if self._file.lines.windows_lines and not self._has_told_encoding:
            self._has_told_encoding = True
            row.cells.notes.append(CellProblem("", OTHER_ENCODING(), outcome=Outcome.KEPT))
        return row

    def _note_secret(self) -> None:
        self.has_secrets = True


def _describe(import_id: int, row: CheckedRow, names: Mapping[str, str]) -> tuple[Any, ...]:
    problems = [*row.cells.problems, *row.cells.notes]
    parts = row.record
    is_refused = bool(row.cells.problems)
    email, website_id = row.key or (None, None)
    return (
        import_id,
        row.line,
        email,
        website_id,
        bool(parts.get("deletes")),
        *[None if is_refused else _to_json(parts.get(part)) for part in ("customer", "address", "finance")],
        describe_problems(problems, names) if problems else None,
        is_refused,
    )


def _to_json(part: Any) -> str | None:
    return None if part is None else orjson.dumps(part).decode()


def describe_problems(problems: Sequence[CellProblem], names: Mapping[str, str]) -> str:
    """`names` are those of the file, where it has others."""
    return orjson.dumps(
        [
            {
                "column": names.get(one.column, one.column),
                "key": one.reason.key,
                "params": one.reason.params,
                "value": shorten_value(one.value),
                "outcome": OUTCOMES[one.outcome],
            }
            for one in problems
        ]
    ).decode()


OUTCOMES: Final = {Outcome.REFUSED: "ROW_REFUSED", Outcome.LEFT_OUT: "CELL_LEFT_OUT", Outcome.KEPT: "CELL_KEPT"}


async def _keep_place(connection: Connection, import_id: int, reader: _RowReader) -> None:
    opened = None if reader.opened is None else orjson.dumps(reader.opened).decode()
    place = {"staged_line": reader.position.line, "staged_bytes": reader.position.end, "staged_opened": opened}
    secrets = {"has_secrets": True} if reader.has_secrets else {}
    await execute_statement(
        connection, update(customer_import).where(customer_import.c.id == import_id).values(**place, **secrets)
    )


__all__ = ["MEBIBYTE", "OUTCOMES", "UploadStream", "describe_problems", "import_row", "store_rows"]
