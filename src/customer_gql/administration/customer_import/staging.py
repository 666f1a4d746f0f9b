"""A file on its way into a temporary table: read and judged in a thread, copied batch by batch.

One batch is in memory at a time. A batch is judged twice: row by row without the database, then as a whole against it.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar, Protocol

from customer_gql.database.statements import Connection

from .cells import EMPTY_VALUE, Cells
from .files import CsvFile, CsvRecord, ImportFault
from .report import CellProblem, ImportWarnings, ProblemReport

BATCH_ROWS = 5_000
# An import is long work on purpose; the limits of the pool are those of a request.
LONG_SECONDS = 3_600.0
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


class Sheet(Protocol):
    """The layout of one file and what becomes of its rows."""

    table: ClassVar[str]
    staging: ClassVar[str]
    known: ClassVar[frozenset[str]]
    required: ClassVar[tuple[str, ...]]

    def check(self, cells: Cells, line: int) -> CheckedRow: ...

    async def settle(self, connection: Connection, batch: Sequence[CheckedRow]) -> None:
        """Add the problems that only the database knows of."""
        ...


Progress = Callable[[int, int], None]
"""Told the bytes read so far and the bytes of all files."""


@dataclass(slots=True)
class ImportRun:
    """What one import notes down while it runs."""

    report: ProblemReport
    on_progress: Progress | None = None
    is_dry_run: bool = False
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    warnings: ImportWarnings = field(default_factory=ImportWarnings)
    ignored_columns: list[str] = field(default_factory=list)
    files: list[CsvFile] = field(default_factory=list)

    def advanced(self) -> None:
        if self.on_progress:
            done = sum(file.done_bytes for file in self.files)
            self.on_progress(done, sum(file.total_bytes for file in self.files))


def open_sheet(path: Path, sheet: Sheet) -> CsvFile:
    """The file, once its header is known to be one of this sheet."""
    file = CsvFile(path)
    try:
        file.require(sheet.required)
        _refuse_unknown(file, sheet)
    except ImportFault:
        file.close()
        raise
    return file


def _refuse_unknown(file: CsvFile, sheet: Sheet) -> None:
    """An underscore marks a column that steers the import, so one that is not understood cannot be passed over."""
    unknown = [column for column in file.columns if column.startswith("_") and column not in sheet.known]
    if unknown:
        raise ImportFault(f"{file.name} has an unknown service column: {', '.join(map(repr, unknown))}.")


async def stage_rows(connection: Connection, file: CsvFile, sheet: Sheet, desk: ImportRun) -> Counts:
    """Fill the sheet's temporary table with the good rows of the file; the others go to the report."""
    await connection.execute(f"DROP TABLE IF EXISTS pg_temp.{sheet.table}")
    await connection.execute(f"CREATE TEMPORARY TABLE {sheet.table} ({sheet.staging}) ON COMMIT DROP")
    desk.ignored_columns += [column for column in file.columns if column not in sheet.known]
    counts = Counts()
    batches = _batches(file, sheet, desk)
    while batch := await asyncio.to_thread(next, batches, None):
        read, rows = batch
        await sheet.settle(connection, rows)
        good = [row for row in rows if _accepted(row, file, desk)]
        await _copy(connection, sheet, good)
        counts.read += read
        counts.valid += len(good)
        desk.advanced()
    counts.refused = counts.read - counts.valid
    await connection.execute(f"ANALYZE {sheet.table}", timeout=LONG_SECONDS)
    return counts


def _accepted(row: CheckedRow, file: CsvFile, desk: ImportRun) -> bool:
    if row.cells.problems:
        desk.report.add(file.name, row.line, row.cells.problems)
        return False
    desk.warnings.count(file.name, row.line, row.cells.notes)
    return True


async def _copy(connection: Connection, sheet: Sheet, rows: Sequence[CheckedRow]) -> None:
    if rows:
        columns = list(rows[0].record)
        records = [tuple(row.record.values()) for row in rows]
        await connection.copy_records_to_table(sheet.table, records=records, columns=columns, timeout=LONG_SECONDS)


def _batches(file: CsvFile, sheet: Sheet, desk: ImportRun) -> Iterator[tuple[int, list[CheckedRow]]]:
    records = file.records()
    while batch := list(islice(records, BATCH_ROWS)):
        yield len(batch), [_checked(record, file, sheet, desk) for record in batch]


def _checked(record: CsvRecord, file: CsvFile, sheet: Sheet, desk: ImportRun) -> CheckedRow:
    if len(record.cells) != len(file.columns):
        cells = Cells({})
        # Cells are shifted, so none may be quoted: a password could stand under any heading.
        reason = f"the row has {len(record.cells)} cells, the header {len(file.columns)}"
        cells.problems.append(CellProblem("", reason))
        return CheckedRow(record.line, cells, None, {})
    row = dict(zip(file.columns, record.cells, strict=True))
    for secret in SECRETS & row.keys():
        if row.pop(secret).strip() not in {"", EMPTY_VALUE}:
            desk.warnings.say(f"{file.name}: passwords and reset tokens were not imported.")
    return sheet.check(Cells(row), record.line)
