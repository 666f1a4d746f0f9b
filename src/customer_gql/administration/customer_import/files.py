"""Tables in text files as spreadsheets leave them: read record by record, whatever their delimiter."""

import csv
import os
import re
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, Self

from .lines import LONGEST_LINE, ImportFault, Line, TextLines

_DELIMITERS: Final = ",;\t|"
_SEPARATOR_LINE: Final = re.compile(r'"?sep=(.)"?[\s,;|]*', re.IGNORECASE)
# Below the limit of a cell, which would be a fault.
_HEADER_SAMPLE: Final = 100_000
_TOO_LONG: Final = f"is longer than {LONGEST_LINE:,} bytes"


class CsvRecord(NamedTuple):
    line: int
    """The line of the file on which the record starts; quoted cells may span several."""
    cells: list[str]
    """As many as the header has, or fewer where the row ends early, or more when it has too many."""
    fault: str | None = None
    """Why the row cannot be read; it then has no cells."""


class CsvFile:
    """An open file whose header has been read. `columns` are the header's cells in lower case."""

    def __init__(self, path: Path, encoding: str | None = None) -> None:
        self.path = path
        self.name = path.name
        self._raw = _opened(path)
        try:
            self.total_bytes = os.fstat(self._raw.fileno()).st_size
            self.lines = TextLines(self._raw, self.name, encoding)
            self._records = self._readable(self.lines)
            self.columns = self._header()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._raw.close()

    @property
    def done_bytes(self) -> int:
        return min(self._raw.tell(), self.total_bytes)

    def records(self) -> Iterator[CsvRecord]:
        """Each record after the header; blank lines and rows of nothing but delimiters are passed over."""
        width = len(self.columns)
        for record in self._records:
            if record.fault:
                yield record
            elif any(cell.strip() for cell in record.cells):
                surplus = any(cell.strip() for cell in record.cells[width:])
                yield record if surplus else record._replace(cells=record.cells[:width])

    def require(self, columns: Iterable[str]) -> None:
        missing = [column for column in columns if column not in self.columns]
        if missing:
            raise ImportFault(f"{self.name} lacks the column {' and the column '.join(missing)}.")

    def _header(self) -> list[str]:
        first = next((r for r in self._records if r.fault or any(cell.strip() for cell in r.cells)), None)
        if first is None:
            raise ImportFault(f"{self.name} is empty: its first line has to name the columns.")
        if first.fault:
            raise ImportFault(f"{self.name} is no CSV file: line {first.line} {first.fault}.")
        if any("\0" in cell for cell in first.cells):
            raise ImportFault(f"{self.name} holds a NUL byte in line {first.line}; it is no text file.")
        columns = [cell.strip().casefold() for cell in first.cells]
        while not columns[-1]:
            columns.pop()
        repeated = sorted({column for column in columns if column and columns.count(column) > 1})
        if repeated:
            raise ImportFault(f"{self.name} names a column twice: {', '.join(map(repr, repeated))}.")
        return columns

    def _readable(self, lines: Iterable[Line]) -> Iterator[CsvRecord]:
        source = iter(lines)
        try:
            first = next(
                (line for line in source if line.is_too_long or line.text.strip(f" \t\r\n{_DELIMITERS}")), None
            )
            if first is None:
                return
            stated = _SEPARATOR_LINE.fullmatch(first.text.strip("\r\n"))
            delimiter = stated[1] if stated else _likeliest_delimiter(first.text)
            yield from _parse_records(source, delimiter, [] if stated else [first])
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
            yield CsvRecord(used[0].number, [], _describe_fault(str(error)))
            waiting.extendleft(reversed(used[1:]))
            reader = csv.reader(feed(), delimiter=delimiter, strict=True)
        else:
            if cells is None:
                return
            yield CsvRecord(used[0].number, cells)
        used.clear()


def _describe_fault(error: str) -> str:
    if error == _TOO_LONG:
        return error
    if error.startswith("field larger"):
        return f"has a cell of more than {csv.field_size_limit():,} characters or a quotation mark that is not closed"
    if error == "unexpected end of data":
        return "has a quotation mark that is not closed"
    return "has text after a closing quotation mark"


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise ImportFault(f"There is no file {path}.") from None
    except OSError as error:
        raise ImportFault(f"{path} cannot be read: {error.strerror}.") from None
