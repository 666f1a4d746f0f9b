"""Tables in text files as spreadsheets leave them: read record by record, whatever their delimiter."""

import csv
import os
import re
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, Self

from customer_gql.core.errors import RuleError

from .lines import LONGEST_LINE, FilePosition, ImportFault, Line, TextLines
from .options import ReadOptions
from .refusals import COLUMN_MISSING, LINE_TOO_LONG, QUOTE_OPEN, QUOTE_OPEN_OR_TOO_LONG, TEXT_AFTER_QUOTE

_DELIMITERS: Final = ",;\t|"
_SEPARATOR_LINE: Final = re.compile(r'"?sep=(.)"?[\s,;|]*', re.IGNORECASE)
# Below the limit of a cell, which would be a fault.
_HEADER_SAMPLE: Final = 100_000
_TOO_LONG: Final = "too long"


class CsvRecord(NamedTuple):
    line: int
    """The line of the file on which the record starts; quoted cells may span several."""
    cells: list[str]
    """As many as the header has, or fewer where the row ends early, or more when it has too many."""
    fault: RuleError | None = None
    """Why the row cannot be read; it then has no cells."""
    position: FilePosition = FilePosition()
    """Where the next record starts."""


class CsvFile:
    """An open file whose header has been read. `columns` are the header's cells in lower case, `header` as written."""

    def __init__(self, raw: BinaryIO, name: str, options: ReadOptions, total_bytes: int = 0) -> None:
        self.name = name
        self.options = options
        self.total_bytes = total_bytes
        self._raw = raw
        self._delimiter = options.delimiter
        self.lines = TextLines(raw, name, options.encoding)
        self._records = self._readable(self.lines)
        self.header = self._header()
        self.columns = [cell.casefold() for cell in self.header]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._raw.close()

    @property
    def done_bytes(self) -> int:
        return min(self._raw.tell(), self.total_bytes)

    def resume(self, raw: BinaryIO, position: FilePosition) -> None:
        """Go on after a place, in the same file opened again."""
        self._raw = raw
        self.lines = TextLines(raw, self.name, self.options.encoding)
        assert self._delimiter is not None
        self._records = _parse_records(self.lines.after(position), self._delimiter, [])

    def records(self) -> Iterator[CsvRecord]:
        """Each record after the header; blank lines and rows of nothing but delimiters are passed over, and so is a header
        that files repeat which were joined."""
        width = len(self.columns)
        for record in self._records:
            if [cell.strip().casefold() for cell in record.cells] == self.columns:
                continue
            if record.fault:
                yield record
            elif any(cell.strip() for cell in record.cells):
                surplus = any(cell.strip() for cell in record.cells[width:])
                yield record if surplus else record._replace(cells=record.cells[:width])

    def require(self, columns: Iterable[str]) -> None:
        missing = [column for column in columns if column not in self.columns]
        if missing:
            told = f"{self.name} lacks the column {' and the column '.join(missing)}."
            raise ImportFault(told, COLUMN_MISSING(path=["id"], column=missing[0]))

    def _header(self) -> list[str]:
        first = next((r for r in self._records if r.fault or any(cell.strip() for cell in r.cells)), None)
        if first is None:
            raise ImportFault(f"{self.name} is empty: its first line has to name the columns.")
        if first.fault:
            raise ImportFault(f"{self.name} is no CSV file: line {first.line}: {first.fault}")
        if any("\0" in cell for cell in first.cells):
            raise ImportFault(f"{self.name} holds a NUL byte in line {first.line}; it is no text file.")
        header = [cell.strip() for cell in first.cells]
        while not header[-1]:
            header.pop()
        columns = [cell.casefold() for cell in header]
        repeated = sorted({column for column in columns if column and columns.count(column) > 1})
        if repeated:
            raise ImportFault(f"{self.name} names a column twice: {', '.join(map(repr, repeated))}.")
        return header

    def _readable(self, lines: Iterable[Line]) -> Iterator[CsvRecord]:
        source = iter(lines)
        try:
            first = next(
                (line for line in source if line.is_too_long or line.text.strip(f" \t\r\n{_DELIMITERS}")), None
            )
            if first is None:
                return
            stated = _SEPARATOR_LINE.fullmatch(first.text.strip("\r\n"))
            if self._delimiter is None:
                self._delimiter = stated[1] if stated else _likeliest_delimiter(first.text)
            yield from _parse_records(source, self._delimiter, [] if stated else [first])
        except OSError as error:
            raise ImportFault(f"{self.name} cannot be read: {error.strerror}.") from None


def _likeliest_delimiter(header: str) -> str:
    """The one that gives the header most cells; a comma where there is only one column."""
    return max(
        _DELIMITERS, key=lambda delimiter: len(next(csv.reader([header[:_HEADER_SAMPLE]], delimiter=delimiter), []))
    )


def _parse_records(lines: Iterator[Line], delimiter: str, begun: list[Line]) -> Iterator[CsvRecord]:
    """A row with a fault costs no other row: the lines after its first one are read again as rows of their own."""
    waiting, used = deque(begun), list[Line]()

    def feed() -> Iterator[str]:
        size = 0
        while line := waiting.popleft() if waiting else next(lines, None):
            size = len(line.text) + (size if used else 0)
            used.append(line)
            if line.is_too_long or size > LONGEST_LINE:
                raise csv.Error(_TOO_LONG)
            yield line.text

    reader = csv.reader(feed(), delimiter=delimiter, strict=True)
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            place = FilePosition(used[0].number, used[0].end)
            yield CsvRecord(used[0].number, [], _describe_fault(str(error)), place)
            waiting.extendleft(reversed(used[1:]))
            reader = csv.reader(feed(), delimiter=delimiter, strict=True)
        else:
            if cells is None:
                return
            yield CsvRecord(used[0].number, cells, None, FilePosition(used[-1].number, used[-1].end))
        used.clear()


def _describe_fault(error: str) -> RuleError:
    if error == _TOO_LONG:
        return LINE_TOO_LONG(limit=LONGEST_LINE)
    if error.startswith("field larger"):
        return QUOTE_OPEN_OR_TOO_LONG(limit=csv.field_size_limit())
    if error == "unexpected end of data":
        return QUOTE_OPEN()
    return TEXT_AFTER_QUOTE()


def open_csv(path: Path, options: ReadOptions) -> CsvFile:
    raw = _opened(path)
    try:
        return CsvFile(raw, path.name, options, os.fstat(raw.fileno()).st_size)
    except BaseException:
        raw.close()
        raise


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise ImportFault(f"There is no file {path}.") from None
    except OSError as error:
        raise ImportFault(f"{path} cannot be read: {error.strerror}.") from None
