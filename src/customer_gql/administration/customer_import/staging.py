"""A file on its way into a temporary table: read and judged in a thread, copied batch by batch.

One batch is in memory at a time. A batch is judged twice: row by row without the database, then as a whole against it.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar, Protocol

from customer_gql.administration.customer_import.long_statements import LONG_SECONDS
from customer_gql.core.actor import SYSTEM, Actor
from customer_gql.core.clock import read_clock
from customer_gql.core.ids import new_id
from customer_gql.database.statements import Connection

from .reading.cells import Cells
from .reading.files import CsvFile, CsvRecord, open_csv
from .reading.lines import ImportFault
from .reading.options import EMPTY_VALUE, USUAL, ReadOptions
from .reading.refusals import COLUMN_UNKNOWN, TOO_FEW_CELLS, TOO_MANY_CELLS
from .reading.report import CellProblem, ImportWarnings, Outcome, ProblemReport

BATCH_ROWS = 5_000
SECRETS = frozenset({"password", "password_hash", "rp_token", "rp_token_created_at"})

Key = tuple[str, int]
"""A customer to an import: normalised e-mail and website."""


@dataclass(slots=True)
class Counts:
    """Rows: read = valid + refused. Records: a record met again in the file is merged, so it counts once."""

    read: int = 0
    valid: int = 0
    refused: int = 0
    merged: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    notes: int = 0
    """Cells of valid rows that were left out, or kept although they are doubtful."""

    def refuse(self, rows: int) -> None:
        self.refused += rows
        self.valid -= rows


@dataclass(slots=True)
class CheckedRow:
    """One row: what is wrong with it, whose it is, and its record for the temporary table."""

    line: int
    cells: Cells
    key: Key | None
    record: dict[str, Any]


class RowSheet(Protocol):
    """The layout of one file."""

    @property
    def known(self) -> frozenset[str]: ...

    @property
    def required(self) -> tuple[str, ...]: ...

    def check(self, cells: Cells, line: int) -> CheckedRow: ...


class Sheet(RowSheet, Protocol):
    """The layout of one file and what becomes of its rows."""

    table: ClassVar[str]
    staging: ClassVar[str]

    async def settle(self, connection: Connection, batch: Sequence[CheckedRow]) -> None:
        """Add the problems that only the database knows of."""
        ...


Progress = Callable[[int, int], None]
"""Told the bytes read so far and the bytes of all files."""


@dataclass(slots=True)
class ImportRun:
    """What one import notes down while it runs."""

    report: ProblemReport | None = None
    on_progress: Progress | None = None
    is_dry_run: bool = False
    options: ReadOptions = USUAL
    now: datetime = field(default_factory=read_clock)
    """The time of every entry. It is taken again when the customers are locked, so that times follow the versions."""
    by: Actor = SYSTEM
    warnings: ImportWarnings = field(default_factory=ImportWarnings)
    ignored_columns: list[str] = field(default_factory=list)
    files: list[CsvFile] = field(default_factory=list)

    _last_event_id: int = 0

    async def start_writing(self, connection: Connection) -> None:
        """Take the time of all entries, after the customers are locked."""
        self.now = await connection.fetchval("SELECT clock_timestamp()")
        self._last_event_id = new_id()

    def take_event_ids(self, count: int) -> int:
        """The id before the first of so many in a row, for history entries that one statement writes."""
        first = self._last_event_id
        self._last_event_id += count
        return first

    def advanced(self) -> None:
        if self.on_progress:
            done = sum(file.done_bytes for file in self.files)
            self.on_progress(done, sum(file.total_bytes for file in self.files))


def open_sheet(path: Path, sheet: Sheet, options: ReadOptions) -> CsvFile:
    """The file, once its header is known to be one of this sheet."""
    file = open_csv(path, options)
    try:
        require_columns(file, sheet)
    except ImportFault:
        file.close()
        raise
    return file


def require_columns(file: CsvFile, sheet: RowSheet) -> None:
    """Raises `ImportFault` for a header that is not one of the sheet."""
    _refuse_other_file(file, sheet)
    file.require(sheet.required)
    _refuse_unknown(file, sheet)


def _refuse_other_file(file: CsvFile, sheet: RowSheet) -> None:
    if not sheet.known.intersection(file.columns):
        raise ImportFault(
            f"{file.name} is no CSV file of this import: its first line names no column such as _website."
        )


def _refuse_unknown(file: CsvFile, sheet: RowSheet) -> None:
    """An underscore marks a column that steers the import, so one that is not understood cannot be passed over."""
    unknown = [column for column in file.columns if column.startswith("_") and column not in sheet.known]
    if unknown:
        told = f"{file.name} has an unknown service column: {', '.join(map(repr, unknown))}."
        raise ImportFault(told, COLUMN_UNKNOWN(path=["id"], column=unknown[0]))


async def create_staging(connection: Connection, table: str, columns: str) -> None:
    await connection.execute(f"DROP TABLE IF EXISTS pg_temp.{table}")
    await connection.execute(f"CREATE TEMPORARY TABLE {table} ({columns}) ON COMMIT DROP")


async def stage_rows(connection: Connection, file: CsvFile, sheet: Sheet, desk: ImportRun) -> Counts:
    """Fill the sheet's temporary table with the good rows of the file; the others go to the report."""
    desk.ignored_columns += [column for column in file.columns if column and column not in sheet.known]
    counts = Counts()
    batches = _batches(file, sheet, desk)
    while batch := await asyncio.to_thread(next, batches, None):
        await sheet.settle(connection, batch)
        good = [row for row in batch if _accepted(row, file, desk)]
        await _copy(connection, sheet, good)
        counts.read += len(batch)
        counts.valid += len(good)
        counts.notes += sum(len(row.cells.notes) for row in good)
        desk.advanced()
    counts.refused = counts.read - counts.valid
    _tell_encoding(file, desk)
    await connection.execute(f"ANALYZE {sheet.table}", timeout=LONG_SECONDS)
    return counts


def _tell_encoding(file: CsvFile, desk: ImportRun) -> None:
    if count := file.lines.windows_lines:
        desk.warnings.say(
            f"{file.name}: {count:,} line{'' if count == 1 else 's'} read as Windows-1252, first line "
            f"{file.lines.first_windows_line}, because not UTF-8; --encoding names another encoding."
        )


def _accepted(row: CheckedRow, file: CsvFile, desk: ImportRun) -> bool:
    found = [*row.cells.problems, *row.cells.notes]
    if found and desk.report is not None:
        desk.report.add(file.name, row.line, found)
    if row.cells.problems:
        return False
    desk.warnings.count(file.name, row.line, row.cells.notes)
    return True


async def _copy(connection: Connection, sheet: Sheet, rows: Sequence[CheckedRow]) -> None:
    if rows:
        columns = list(rows[0].record)
        records = [tuple(row.record.values()) for row in rows]
        await connection.copy_records_to_table(sheet.table, records=records, columns=columns, timeout=LONG_SECONDS)


def _batches(file: CsvFile, sheet: Sheet, desk: ImportRun) -> Iterator[list[CheckedRow]]:
    rows = (_checked(record, file, sheet, desk) for record in file.records())
    while batch := list(islice(rows, BATCH_ROWS)):
        yield batch


def _checked(record: CsvRecord, file: CsvFile, sheet: Sheet, desk: ImportRun) -> CheckedRow:
    def tell_secret() -> None:
        desk.warnings.say(f"{file.name}: passwords and reset tokens were not imported.")

    return check_record(record, file.columns, sheet, desk.options, tell_secret)


def check_record(
    record: CsvRecord, columns: Sequence[str], sheet: RowSheet, options: ReadOptions, on_secret: Callable[[], object]
) -> CheckedRow:
    """A record under the names that the sheet has for its columns; empty for those that it does not read."""
    width, found = len(columns), len(record.cells)
    if record.fault or found > width:
        cells = Cells({})
        # Cells are shifted, so none may be quoted: a password could stand under any heading.
        reason = record.fault or TOO_MANY_CELLS(found=found, width=width)
        cells.problems.append(CellProblem("", reason))
        return CheckedRow(record.line, cells, None, {})
    row = dict(zip(columns, record.cells, strict=False))
    for secret in SECRETS & row.keys():
        if row.pop(secret).strip() not in {"", EMPTY_VALUE}:
            on_secret()
    cells = Cells(row, missing=sheet.known.difference(row), options=options)
    if found < width:
        reason = TOO_FEW_CELLS(found=found, width=width)
        cells.notes.append(CellProblem("", reason, outcome=Outcome.LEFT_OUT))
    return sheet.check(cells, record.line)
