"""Dates and times as shops write them. One that can be read in two ways is never guessed (docs/domain/import.md#import-11)."""

import enum
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Final, NamedTuple

from customer_gql.core.clock import read_clock
from customer_gql.core.errors import RuleError
from customer_gql.customers.profile.values.births import validate_birth_year, validate_date_of_birth

from .refusals import CENTURY_AMBIGUOUS, DATE_AMBIGUOUS, DATE_UNREADABLE, TIME_OUT_OF_RANGE, TIME_UNREADABLE

_EARLIEST_YEAR: Final = 1900
_LAST: Final = datetime.max.replace(tzinfo=UTC)
_NO_DATE: Final = re.compile(r"(?=.*0)[0 T:./-]+")
_TIME: Final = (
    r"(?:(?:T| +|, *)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?(?: ?(?P<half>[ap])m)?)?"
)
_YEAR_ALONE: Final = re.compile(r"\d{4}", re.ASCII)
_YEAR_FIRST: Final = re.compile(
    rf"(?P<year>\d{{4}})([-/.])(?P<b>\d{{1,2}})\2(?P<c>\d{{1,2}}){_TIME}", re.IGNORECASE | re.ASCII
)
_YEAR_LAST: Final = re.compile(
    rf"(?P<a>\d{{1,2}})([-/.])(?P<b>\d{{1,2}})\2(?P<year>\d{{4}}|\d{{2}}){_TIME}", re.IGNORECASE | re.ASCII
)


class DateOrder(enum.StrEnum):
    """What a date with the year last begins with."""

    DMY = "dmy"
    MDY = "mdy"


class Birth(NamedTuple):
    """A date, or a year that is known without one."""

    date: date | None
    year: int


def is_no_date(text: str) -> bool:
    """Zeros alone, which is how MySQL writes that there is no date."""
    return _NO_DATE.fullmatch(text) is not None


def parse_birth(text: str, path: Sequence[str], order: DateOrder | None) -> Birth:
    if _YEAR_ALONE.fullmatch(text):
        return Birth(None, validate_birth_year(int(text), path))
    born = parse_date_of_birth(text, path, order)
    return Birth(born, born.year)


def parse_date_of_birth(text: str, path: Sequence[str], order: DateOrder | None) -> date:
    """The day; a time must be midnight. A year of two digits counts if only one century puts it into the past."""
    now = read_clock()
    fault: RuleError = DATE_UNREADABLE(path=path)
    try:
        found = _parse(text, order, centuries=[1900, 2000], now=now)
    except ValueError:
        raise fault from None
    if found.tzinfo or (found.hour, found.minute, found.second) != (0, 0, 0):
        raise fault
    return validate_date_of_birth(found.date(), path)


def parse_day(text: str, path: Sequence[str], order: DateOrder | None) -> date:
    """A day of the past or the future, with the four digits of its year; a time must be midnight."""
    try:
        # Every century is possible, so that two digits of a year are ambiguous.
        found = _parse(text, order, centuries=[1900, 2000], now=_LAST)
    except ValueError:
        raise DATE_UNREADABLE(path=path) from None
    if found.tzinfo or (found.hour, found.minute, found.second) != (0, 0, 0):
        raise DATE_UNREADABLE(path=path)
    return found.date()


def parse_past_time(text: str, path: Sequence[str], order: DateOrder | None) -> datetime:
    """The moment, in UTC where no zone is given. A year of two digits is the last such year that is past."""
    now = read_clock()
    this_century = now.year - now.year % 100
    try:
        found = _parse(text, order, centuries=[this_century], now=now)
    except ValueError:
        raise TIME_UNREADABLE(path=path) from None
    if _EARLIEST_YEAR <= found.year <= now.year:  # the year first: one at the end of the calendar has no UTC
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        if found <= now:
            return found
    raise TIME_OUT_OF_RANGE(path=path, year=_EARLIEST_YEAR)


def _parse(text: str, order: DateOrder | None, *, centuries: list[int], now: datetime) -> datetime:
    """Raises ValueError for what is no date, `RuleError` for what is more than one."""
    if match := _YEAR_LAST.fullmatch(text):
        first, second = int(match["a"]), int(match["b"])
        days = (
            {(second, first)}
            if order is DateOrder.DMY
            else {(first, second)}
            if order is DateOrder.MDY
            else {(first, second), (second, first)}
        )
        years = _years(match["year"], centuries, now)
        dates = {found for year in years for month, day in days if (found := _date(year, month, day))}
        return _only(dates, match)
    if match := _YEAR_FIRST.fullmatch(text):
        return _at_time(date(int(match["year"]), int(match["b"]), int(match["c"])), match)
    return datetime.fromisoformat(text)


def _years(text: str, centuries: list[int], now: datetime) -> list[int]:
    if len(text) > 2:
        return [int(text)]
    years = [century + int(text) for century in centuries]
    # A century is a guess only where both leave the date in the past.
    return [year for year in years if year <= now.year] or [year - 100 for year in years]


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _only(dates: set[date], match: re.Match[str]) -> datetime:
    if not dates:
        raise ValueError
    if len({(found.month, found.day) for found in dates}) > 1:
        raise DATE_AMBIGUOUS()
    if len(dates) > 1:
        raise CENTURY_AMBIGUOUS()
    return _at_time(dates.pop(), match)


def _at_time(day: date, match: re.Match[str]) -> datetime:
    hour = int(match["hour"] or 0)
    if match["half"]:
        if not 1 <= hour <= 12:
            raise ValueError
        hour = hour % 12 + (12 if match["half"].lower() == "p" else 0)
    return datetime.combine(day, time(hour, int(match["minute"] or 0), int(match["second"] or 0)))
