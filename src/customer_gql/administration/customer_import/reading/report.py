"""What an import says about single rows and cells: each in a file, and counted in a few sentences."""

import csv
import enum
import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, TextIO

from customer_gql.core.errors import RuleError
from customer_gql.core.values.formulas import escape_formula

from .lines import ImportFault

_SHOWN = 60
_MOST_WARNINGS = 50
# Reasons are few by nature; the bound is for files that are made to be odd.
_MOST_REASONS = 1_000


class Outcome(enum.StrEnum):
    """What became of a cell, or of the row because of it."""

    REFUSED = "row refused"
    LEFT_OUT = "cell left out"
    KEPT = "cell kept"


class CellProblem(NamedTuple):
    column: str
    reason: RuleError
    value: str = ""
    outcome: Outcome = Outcome.REFUSED


def shorten_value(value: str) -> str:
    """What is shown and stored of a cell. PostgreSQL stores no NUL."""
    shown = value if len(value) <= _SHOWN else value[: _SHOWN - 1] + "…"
    return show_nul(shown)


def show_nul(text: str) -> str:
    return text.replace("\0", "\ufffd")


class ProblemReport:
    """A CSV file of every refused row and every note, which appears under its name only when the import came to its end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # A link stays, and what it names is replaced.
        self._target = path.resolve()
        self._unfinished = self._target.with_name(self._target.name + ".part")
        self._file: TextIO | None = None

    def add(self, file: str, line: int, problems: Iterable[CellProblem]) -> None:
        try:
            out = self._file = self._file or self._started()
            rows = [(file, line, p.column, p.outcome, str(p.reason), shorten_value(p.value)) for p in problems]
            csv.writer(out).writerows([[escape_formula(str(cell)) for cell in row] for row in rows])
        except OSError as error:
            raise _unwritable(self._path, error) from None

    def finish(self) -> Path | None:
        """The report's path, or None when there was nothing to report."""
        if self._file is None:
            return None
        try:
            self._file.close()
            self._unfinished.replace(self._target)
        except OSError as error:
            raise _unwritable(self._path, error) from None
        return self._path

    def discard(self) -> None:
        if self._file is not None:
            self._file.close()
            self._unfinished.unlink(missing_ok=True)

    def _started(self) -> TextIO:
        # It quotes cells of customers, so nobody else on the machine may read it.
        handle = os.open(self._unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        out = os.fdopen(handle, "w", encoding="utf-8", newline="")
        csv.writer(out).writerow(("file", "line", "column", "outcome", "reason", "value"))
        return out


def _unwritable(path: Path, error: OSError) -> ImportFault:
    return ImportFault(f"The report {path} cannot be written: {error.strerror}.")


class ImportWarnings:
    """Counted by what they say, so that a million odd rows are still a few lines."""

    def __init__(self) -> None:
        self._plain: list[str] = []
        self._counted: dict[tuple[str, str, Outcome, str], tuple[int, int]] = {}

    def say(self, sentence: str) -> None:
        if sentence not in self._plain:
            self._plain.append(sentence)

    def count(self, file: str, line: int, notes: Iterable[CellProblem]) -> None:
        for note in notes:
            key = (file, note.column, note.outcome, str(note.reason))
            if key in self._counted or len(self._counted) < _MOST_REASONS:
                first, cells = self._counted.get(key, (line, 0))
                self._counted[key] = (first, cells + 1)

    def sentences(self) -> list[str]:
        counted = [
            f"{file}, {column}: {cells:,} {_in_plural(outcome, cells)}, first on line {first}. {reason}"
            for (file, column, outcome, reason), (first, cells) in self._counted.items()
        ]
        told = [*self._plain, *counted]
        if len(told) <= _MOST_WARNINGS:
            return told
        return [*told[:_MOST_WARNINGS], f"{len(told) - _MOST_WARNINGS:,} more kinds of notes are in the report."]


def _in_plural(outcome: Outcome, count: int) -> str:
    noun, _, verb = outcome.partition(" ")
    return f"{noun}{'' if count == 1 else 's'} {verb}"
