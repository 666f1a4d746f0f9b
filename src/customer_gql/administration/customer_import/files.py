"""Comma-separated files as people send them: read record by record, refused with one sentence when unreadable."""

import csv
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, Self

from customer_gql.core.errors import RuleError

_LONGEST_LINE = 1_000_000
_OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


class ImportFault(RuleError):
    """Why nothing was imported: one sentence for the person who runs the import."""


class CsvRecord(NamedTuple):
    line: int
    """The line of the file on which the record starts; quoted cells may span several."""
    cells: list[str]


class CsvFile:
    """An open file whose header has been read. `columns` are the header's cells."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name
        self._raw = _opened(path)
        self.total_bytes = os.fstat(self._raw.fileno()).st_size
        self._reader = csv.reader(self._lines(), strict=True)
        try:
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
        """Each record after the header; blank lines are passed over."""
        while (record := self._next()) is not None:
            if record.cells:
                yield record

    def require(self, columns: Iterable[str]) -> None:
        missing = [column for column in columns if column not in self.columns]
        if missing:
            raise ImportFault(f"{self.name} lacks the column {' and the column '.join(missing)}.")

    def _header(self) -> list[str]:
        first = self._next()
        if first is None or not first.cells:
            raise ImportFault(f"{self.name} is empty: its first line has to name the columns.")
        columns = [cell.strip() for cell in first.cells]
        repeated = sorted({column for column in columns if columns.count(column) > 1})
        if repeated:
            raise ImportFault(f"{self.name} names a column twice: {', '.join(map(repr, repeated))}.")
        return columns

    def _next(self) -> CsvRecord | None:
        line = self._reader.line_num + 1
        try:
            cells = next(self._reader, None)
        except csv.Error as error:
            raise ImportFault(
                f"{self.name} is not a well-formed CSV file: {error} in the record that starts on line {line}."
            ) from None
        except OSError as error:
            raise ImportFault(f"{self.name} cannot be read: {error.strerror}.") from None
        return None if cells is None else CsvRecord(line, cells)

    def _lines(self) -> Iterator[str]:
        number = 0
        while raw := self._raw.readline(_LONGEST_LINE):
            number += 1
            yield self._line(raw, number)

    def _line(self, raw: bytes, number: int) -> str:
        if len(raw) == _LONGEST_LINE:
            raise ImportFault(f"{self.name} has a line of more than {_LONGEST_LINE:,} bytes: line {number}.")
        try:
            line = raw.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise ImportFault(f"{self.name} is not UTF-8: line {number} cannot be read.") from None
        if "\0" in line:
            raise ImportFault(f"{self.name} holds a NUL byte in line {number}; it is no text file.")
        if number == 1 and "," not in line:
            for separator, name in _OTHER_SEPARATORS.items():
                if separator in line:
                    raise ImportFault(f"{self.name} is separated by {name}; the import reads commas.")
        return line


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise ImportFault(f"There is no file {path}.") from None
    except OSError as error:
        raise ImportFault(f"{path} cannot be read: {error.strerror}.") from None
