"""The cells of one row: each read as what its column holds, every problem collected, none raised."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import TypeVar

from customer_gql.core import emails
from customer_gql.core.errors import RuleError
from customer_gql.core.text import has_control_character, normalize_text

from .report import CellProblem

T_ = TypeVar("T_")

EMPTY_VALUE = "_EMPTY_VALUE_"
_EARLIEST = 1900
_YES_NO = {"1": True, "0": False, "yes": True, "no": False, "true": True, "false": False, "": False}


class Cells:
    """`problems` refuse the row; `notes` say where a default was taken for what stood there."""

    def __init__(self, row: Mapping[str, str]) -> None:
        self._row = row
        self.problems: list[CellProblem] = []
        self.notes: list[CellProblem] = []

    def raw(self, column: str) -> str:
        """The cell without blanks around it; empty when the file has no such column."""
        value = normalize_text(self._row.get(column, ""))
        return "" if value == EMPTY_VALUE else value

    def refuse(self, column: str, reason: str) -> None:
        self.problems.append(CellProblem(column, reason, self.raw(column)))

    def text(self, column: str, longest: int) -> str | None:
        value = self.raw(column)
        if has_control_character(value):
            return self.refuse(column, "holds a control character")
        if len(value) > longest:
            return self.refuse(column, f"is longer than {longest} characters")
        return value or None

    def required(self, column: str, longest: int) -> str | None:
        if not self.raw(column):
            return self.refuse(column, "is required")
        return self.text(column, longest)

    def email(self, column: str) -> str | None:
        value = self.required(column, 254)
        if value is None:
            return None
        try:
            return emails.validate_email(value)
        except ValueError as error:
            return self.refuse(column, f"is no e-mail address: {error}")

    def ruled(self, column: str, rule: Callable[[str, list[str]], str | None]) -> str | None:
        """The cell as the rule stores it, refused with the rule's own sentence."""
        try:
            return rule(self.raw(column), [column])
        except RuleError as error:
            return self.refuse(column, error.message)

    def choice(self, column: str, values: Mapping[str, T_], otherwise: str) -> T_ | None:
        """One of the values; for another one the row's default, with a note (docs/domain/import.md#import-7)."""
        value = self.raw(column)
        if value and value.casefold() not in values:
            self.notes.append(CellProblem(column, f"is outside the set of values and became {otherwise}", value))
        return values.get(value.casefold())

    def flag(self, column: str) -> bool:
        return bool(self.choice(column, _YES_NO, otherwise="0"))

    def birthday(self, column: str) -> date | None:
        value = self.raw(column)
        if not value:
            return None
        try:
            found = _date(value)
        except ValueError:
            return self.refuse(column, "is not a date like 1979-10-31 or 10/31/1979")
        if found > datetime.now(UTC).date():
            return self.refuse(column, "lies in the future")
        if found.year < _EARLIEST:
            return self.refuse(column, f"lies before {_EARLIEST}")
        return found

    def moment(self, column: str) -> datetime | None:
        value = self.raw(column)
        if not value:
            return None
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            return self.refuse(column, "is not a time like 2024-01-31 09:30:00")
        if not _EARLIEST <= found.year <= datetime.now(UTC).year:
            return self.refuse(column, f"lies before {_EARLIEST} or in the future")
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        return self.refuse(column, "lies in the future") if found > datetime.now(UTC) else found

    def lines(self, column: str, most: int, longest: int) -> list[str] | None:
        """Up to `most` lines of one cell; empty ones are dropped."""
        lines = [line.strip() for line in self.raw(column).splitlines() if line.strip()]
        if not lines:
            return self.refuse(column, "is required")
        if len(lines) > most:
            return self.refuse(column, f"has more than {most} lines")
        if any(has_control_character(line) for line in lines):
            return self.refuse(column, "holds a control character")
        if any(len(line) > longest for line in lines):
            return self.refuse(column, f"has a line of more than {longest} characters")
        return lines


_BY_SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_MIDNIGHT = re.compile(r"(\d{4}-\d{2}-\d{2})[ T]00:00:00")


def _date(text: str) -> date:
    """Slashes are month first, as Adobe Commerce reads them; its own exports add a midnight."""
    if american := _BY_SLASHES.fullmatch(text):
        month, day, year = map(int, american.groups())
        return date(year, month, day)
    midnight = _MIDNIGHT.fullmatch(text)
    return date.fromisoformat(midnight[1] if midnight else text)
