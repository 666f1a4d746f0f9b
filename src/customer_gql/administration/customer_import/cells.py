"""The cells of one row: each read by the rule of its value, every problem collected, none raised."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import partial
from typing import Final, TypeVar

from customer_gql.core.emails import validate_email
from customer_gql.core.errors import RuleError
from customer_gql.core.person_names import LinkInName, validate_name_affix, validate_person_name
from customer_gql.core.text import normalize_text, validate_line, value_is_required
from customer_gql.customers.addresses.validation import validate_street
from customer_gql.customers.profile.validation import validate_date_of_birth

from .report import CellProblem

T = TypeVar("T")

EMPTY_VALUE: Final = "_EMPTY_VALUE_"
_EARLIEST_YEAR: Final = 1900
_YES_NO: Final = {"1": True, "0": False, "yes": True, "no": False, "true": True, "false": False, "": False}


class Cells:
    """`problems` refuse the row; `notes` say where a default replaced a cell, which may be one of those `left_out`."""

    def __init__(self, row: Mapping[str, str]) -> None:
        self._row = row
        self.problems: list[CellProblem] = []
        self.notes: list[CellProblem] = []
        self.left_out: set[str] = set()

    def raw_text(self, column: str) -> str:
        """The cell without surrounding blanks; empty when the file has no such column."""
        value = normalize_text(self._row.get(column, ""))
        return "" if value == EMPTY_VALUE else value

    def refuse(self, column: str, reason: str) -> None:
        self.problems.append(CellProblem(column, reason, self.raw_text(column)))

    def read_value(self, column: str, rule: Callable[[str, list[str]], T]) -> T | None:
        """The cell as the rule stores it, refused with the message of the rule."""
        try:
            return rule(self.raw_text(column), [column])
        except RuleError as error:
            return self.refuse(column, error.message)

    def read_line(self, column: str, longest: int, *, required: bool = False) -> str | None:
        return self.read_value(column, lambda text, path: validate_line(text, path, longest, required=required))

    def read_name(self, column: str, *, required: bool = False) -> str | None:
        return self._read_linkless(column, partial(validate_person_name, required=required))

    def read_affix(self, column: str) -> str | None:
        return self._read_linkless(column, validate_name_affix)

    def _read_linkless(self, column: str, rule: Callable[[str, list[str]], str | None]) -> str | None:
        """A name; one with a link is left out, as advertising must not refuse the person (docs/domain/import.md#import-18)."""
        try:
            return rule(self.raw_text(column), [column])
        except LinkInName:
            self.notes.append(CellProblem(column, "has a link and was left out", self.raw_text(column)))
            self.left_out.add(column)
            return None
        except RuleError as error:
            return self.refuse(column, error.message)

    def read_email(self, column: str) -> str | None:
        return self.read_value(column, _required_email)

    def read_choice(self, column: str, values: Mapping[str, T], otherwise: str) -> T | None:
        """One of the values; for any other text the default, with a note (docs/domain/import.md#import-7)."""
        value = self.raw_text(column)
        if value and value.casefold() not in values:
            self.notes.append(CellProblem(column, f"is outside the set of values and became {otherwise}", value))
        return values.get(value.casefold())

    def read_flag(self, column: str) -> bool:
        return bool(self.read_choice(column, _YES_NO, otherwise="0"))

    def read_date_of_birth(self, column: str) -> date | None:
        return self.read_value(column, _parse_date_of_birth) if self.raw_text(column) else None

    def read_time(self, column: str) -> datetime | None:
        return self.read_value(column, _past_time) if self.raw_text(column) else None

    def read_street(self, column: str) -> list[str] | None:
        return self.read_value(column, lambda text, path: validate_street(text.splitlines(), path))


def _required_email(text: str, path: list[str]) -> str:
    if not text:
        raise value_is_required(path)
    return validate_email(text, path)


_MONTH_FIRST: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_MIDNIGHT: Final = re.compile(r"(\d{4}-\d{2}-\d{2})[ T]00:00:00")


def _parse_date_of_birth(text: str, path: list[str]) -> date:
    try:
        parsed = _parse_date(text)
    except ValueError:
        raise RuleError("Enter a date like 1979-10-31 or 10/31/1979.", path=path) from None
    return validate_date_of_birth(parsed, path)


def _parse_date(text: str) -> date:
    """Slashes are month first, as Adobe Commerce reads them; its own exports add a midnight."""
    if american := _MONTH_FIRST.fullmatch(text):
        month, day, year = map(int, american.groups())
        return date(year, month, day)
    midnight = _MIDNIGHT.fullmatch(text)
    return date.fromisoformat(midnight[1] if midnight else text)


def _past_time(text: str, path: list[str]) -> datetime:
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise RuleError("Enter a time like 2024-01-31 09:30:00.", path=path) from None
    now = datetime.now(UTC)
    if _EARLIEST_YEAR <= parsed.year <= now.year:  # the year first: one at the end of the calendar has no UTC
        parsed = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
        if parsed <= now:
            return parsed
    raise RuleError(f"Enter a time from {_EARLIEST_YEAR} to now.", path=path)
