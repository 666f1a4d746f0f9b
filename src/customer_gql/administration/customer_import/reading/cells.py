"""The cells of one row: each read by the rule of its value, every problem collected, none raised."""

from collections.abc import Callable, Collection, Mapping
from typing import Final, TypeVar

from customer_gql.core.errors import RuleError
from customer_gql.core.text import (
    MAX_COMBINING_MARKS,
    MAX_TEXT,
    find_text_fault,
    normalize_text,
    validate_line,
    value_is_required,
)
from customer_gql.core.values.emails import validate_email
from customer_gql.core.values.formulas import unescape_formula
from customer_gql.customers.addresses.validation import MAX_STREET_LINES

from .options import USUAL, ReadOptions
from .refusals import CELL_TOO_LONG, LINES_JOINED, UNREADABLE_CHARACTERS, UNUSABLE_TEXT, VALUE_UNKNOWN
from .report import CellProblem, Outcome

T = TypeVar("T")

MAX_CELL: Final = 131_072
"""Characters of a cell that any value has: lines and options together are longer than a text."""
_NO_VALUE: Final = "\\N"
# Null is a surname; everywhere else the word is how a database writes that there is no value.
_NAMES: Final = frozenset({"firstname", "lastname"})
_UNREADABLE: Final = "\ufffd"
YES_NO: Final = {"1": True, "0": False, "yes": True, "no": False, "true": True, "false": False}


class Cells:
    """`problems` refuse the row; `notes` tell of cells that were left out, or kept although they are doubtful."""

    def __init__(self, row: Mapping[str, str], missing: Collection[str] = (), options: ReadOptions = USUAL) -> None:
        self._row = row
        self.options = options
        self.problems: list[CellProblem] = []
        self.notes: list[CellProblem] = []
        self.left_out: set[str] = set(missing)
        """Columns of which the row says nothing, so that what is stored stays (docs/domain/import.md#import-7)."""
        if options.keeps_empty_cells:
            self.left_out.update(column for column, cell in row.items() if not cell.strip())

    def raw_text(self, column: str) -> str:
        """The cell without surrounding blanks; empty when the file has no such column."""
        value = self._row.get(column)
        if not value:
            return ""
        # A text with a fault is too costly to normalise. One of ASCII is normalised.
        value = value.strip() if value.isascii() or find_text_fault(value, MAX_CELL) else normalize_text(value)
        is_empty = value in (self.options.empty_value, _NO_VALUE) or (value == "NULL" and column not in _NAMES)
        return "" if is_empty else unescape_formula(value)

    def cell(self, column: str) -> str:
        """The cell as written."""
        return self._row.get(column, "")

    def has(self, column: str) -> bool:
        return column in self._row

    def fill(self, fixed: Mapping[str, str]) -> None:
        """Columns that are the same in every row, since the file does not have them."""
        if fixed:
            self._row = {**self._row, **fixed}
            self.left_out -= fixed.keys()

    def refuse(self, column: str, reason: RuleError) -> None:
        self.problems.append(CellProblem(column, reason, self.raw_text(column)))

    def leave_out(self, column: str, reason: RuleError) -> None:
        self.left_out.add(column)
        self.notes.append(CellProblem(column, reason, self.raw_text(column), Outcome.LEFT_OUT))

    def keep(self, column: str, reason: RuleError) -> None:
        self.notes.append(CellProblem(column, reason, self.raw_text(column), Outcome.KEPT))

    def refuse_left_out(self, column: str, otherwise: RuleError) -> None:
        """Refuse the row because of a cell it cannot do without: for the reason noted, where one was."""
        noted = next((note for note in self.notes if note.column == column), None)
        if noted is None:
            self.refuse(column, otherwise)
        else:
            self.notes.remove(noted)
            self.problems.append(noted._replace(outcome=Outcome.REFUSED))

    def read_value(self, column: str, rule: Callable[[str, list[str]], T]) -> T | None:
        """The cell as the rule stores it; the row is refused with the message of the rule."""
        return self._read(column, rule, self.refuse)

    def read_optional(self, column: str, rule: Callable[[str, list[str]], T]) -> T | None:
        """The cell as the rule stores it; one that breaks the rule is left out, and an empty one is no value."""
        return self.read_expected(column, rule) if self._row.get(column) else None

    def read_expected(self, column: str, rule: Callable[[str, list[str]], T], longest: int = MAX_TEXT) -> T | None:
        """As `read_optional` where the rule judges an empty cell too. A column that the file does not have says nothing."""
        if column not in self._row:
            self.left_out.add(column)
            return None
        return self._read(column, rule, self.leave_out, longest)

    def read_stated(self, column: str, rule: Callable[[str, list[str]], T], longest: int = MAX_TEXT) -> T | None:
        """As `read_expected`, for a cell that says something: an empty one that keeps what is stored is not judged."""
        is_kept = column in self.left_out and not self.raw_text(column)
        return None if is_kept else self.read_expected(column, rule, longest)

    def read_line(self, column: str, longest: int) -> str | None:
        return self.read_optional(column, lambda text, path: validate_line(text, path, longest))

    def read_email(self, column: str) -> str | None:
        return self.read_value(column, _required_email)

    def read_choice(self, column: str, values: Mapping[str, T]) -> T | None:
        """One of the values; any other text is left out (docs/domain/import.md#import-7)."""
        value = self.raw_text(column).casefold()
        if value and value not in values:
            self.leave_out(column, VALUE_UNKNOWN())
        return values.get(value)

    def read_flag(self, column: str) -> bool:
        return bool(self.read_choice(column, YES_NO))

    def read_street(self, column: str, rule: Callable[[list[str], list[str]], list[str]]) -> list[str] | None:
        """The lines; those beyond the last possible one are joined to it, so that nothing is lost."""
        lines = [line.strip() for line in self.raw_text(column).splitlines() if line.strip()]
        if len(lines) > MAX_STREET_LINES:
            self.keep(column, LINES_JOINED(limit=MAX_STREET_LINES))
            lines[MAX_STREET_LINES - 1 :] = [", ".join(lines[MAX_STREET_LINES - 1 :])]
        return self.read_value(column, lambda _text, path: rule(lines, path))

    def columns(self) -> Collection[str]:
        """Those that the file has."""
        return self._row.keys()

    def _read(
        self,
        column: str,
        rule: Callable[[str, list[str]], T],
        on_fault: Callable[[str, RuleError], None],
        longest: int = MAX_TEXT,
    ) -> T | None:
        text = self.raw_text(column)
        if fault := _find_fault(text, longest):
            return on_fault(column, fault)
        try:
            return rule(text, [column])
        except RuleError as error:
            return on_fault(column, error)


def _find_fault(text: str, longest: int) -> RuleError | None:
    if text.isascii() and len(text) <= longest:
        return None
    if _UNREADABLE in text:
        return UNREADABLE_CHARACTERS()
    if len(text) > longest:
        return CELL_TOO_LONG(limit=longest)
    return UNUSABLE_TEXT(limit=MAX_COMBINING_MARKS) if find_text_fault(text, longest) else None


def _required_email(text: str, path: list[str]) -> str:
    if not text:
        raise value_is_required(path)
    return validate_email(text, path)
