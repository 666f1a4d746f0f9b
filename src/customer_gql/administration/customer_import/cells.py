"""The cells of one row: each read by the rule of its value, every problem collected, none raised."""

from collections.abc import Callable, Collection, Mapping
from typing import Final, TypeVar

from customer_gql.core.emails import validate_email
from customer_gql.core.errors import RuleError
from customer_gql.core.text import MAX_TEXT, find_text_fault, normalize_text, validate_line, value_is_required
from customer_gql.customers.addresses.validation import MAX_STREET_LINES, validate_street

from .dates import UnreadableDate
from .report import CellProblem, Outcome

T = TypeVar("T")

EMPTY_VALUE: Final = "_EMPTY_VALUE_"
_NO_VALUE: Final = frozenset({EMPTY_VALUE, "\\N"})
# Null is a surname; everywhere else the word is how a database writes that there is no value.
_NAMES: Final = frozenset({"firstname", "lastname"})
_UNREADABLE: Final = "\ufffd"
_YES_NO: Final = {"1": True, "0": False, "yes": True, "no": False, "true": True, "false": False, "": False}


class Cells:
    """`problems` refuse the row; `notes` tell of cells that were left out, or kept although they are doubtful."""

    def __init__(self, row: Mapping[str, str], missing: Collection[str] = ()) -> None:
        self._row = row
        self.problems: list[CellProblem] = []
        self.notes: list[CellProblem] = []
        self.left_out: set[str] = set(missing)
        """Columns of which the row says nothing, so that what is stored stays (docs/domain/import.md#import-7)."""

    def raw_text(self, column: str) -> str:
        """The cell without surrounding blanks; empty when the file has no such column."""
        value = self._row.get(column, "")
        # A text with a fault is too costly to normalise. One of ASCII is normalised.
        value = value.strip() if value.isascii() or find_text_fault(value) else normalize_text(value)
        is_empty = value in _NO_VALUE or (value == "NULL" and column not in _NAMES)
        return "" if is_empty else value

    def refuse(self, column: str, reason: str) -> None:
        self.problems.append(CellProblem(column, reason, self.raw_text(column)))

    def leave_out(self, column: str, reason: str) -> None:
        self.left_out.add(column)
        self.notes.append(CellProblem(column, reason, self.raw_text(column), Outcome.LEFT_OUT))

    def keep(self, column: str, reason: str) -> None:
        self.notes.append(CellProblem(column, reason, self.raw_text(column), Outcome.KEPT))

    def refuse_left_out(self, column: str, otherwise: str) -> None:
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
        """The cell as the rule stores it; one that breaks the rule is left out."""
        return self._read(column, rule, self.leave_out)

    def read_line(self, column: str, longest: int) -> str | None:
        return self.read_optional(column, lambda text, path: validate_line(text, path, longest))

    def read_email(self, column: str) -> str | None:
        return self.read_value(column, _required_email)

    def read_choice(self, column: str, values: Mapping[str, T]) -> T | None:
        """One of the values; any other text is left out (docs/domain/import.md#import-7)."""
        value = self.raw_text(column)
        if value and value.casefold() not in values:
            self.leave_out(column, "The value is none of those that the shop knows.")
        return values.get(value.casefold())

    def read_flag(self, column: str) -> bool:
        return bool(self.read_choice(column, _YES_NO))

    def read_street(self, column: str) -> list[str] | None:
        """The lines; those beyond the last possible one are joined to it, so that nothing is lost."""
        lines = [line.strip() for line in self.raw_text(column).splitlines() if line.strip()]
        if len(lines) > MAX_STREET_LINES:
            self.keep(column, f"Lines after line {MAX_STREET_LINES} were joined to it.")
            lines[MAX_STREET_LINES - 1 :] = [", ".join(lines[MAX_STREET_LINES - 1 :])]
        return self.read_value(column, lambda _text, path: validate_street(lines, path))

    def _read(self, column: str, rule: Callable[[str, list[str]], T], on_fault: Callable[[str, str], None]) -> T | None:
        text = self.raw_text(column)
        if fault := _find_fault(text):
            return on_fault(column, fault)
        try:
            return rule(text, [column])
        except (RuleError, UnreadableDate) as error:
            return on_fault(column, str(error))


def _find_fault(text: str) -> str | None:
    if text.isascii() and len(text) <= MAX_TEXT:
        return None
    if _UNREADABLE in text:
        return "The cell has characters that cannot be read in the encoding of the file."
    return f"The cell is longer than {MAX_TEXT:,} characters." if len(text) > MAX_TEXT else find_text_fault(text)


def _required_email(text: str, path: list[str]) -> str:
    if not text:
        raise value_is_required(path)
    return validate_email(text, path)
