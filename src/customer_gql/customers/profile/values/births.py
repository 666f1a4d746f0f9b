"""Date and year of birth (docs/domain/profile.md#profile-12)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from customer_gql.core.clock import read_clock
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.database.statements import Row
from customer_gql.shop.settings.declaration import WEBSITE, Setting

YEAR_ONLY: Final = "YEAR"
BIRTH_DATE: Final = Setting(
    "customers.birth_date",
    "DATE",
    WEBSITE,
    "What is stored of a birth: DATE, or YEAR alone, which refuses dates; imports keep their year.",
    one_of=("DATE", YEAR_ONLY),
    label="Date of birth or year only",
)
_EARLIEST: Final = dt.date(1900, 1, 1)

_BIRTH_OUT_OF_RANGE: Final = Refusal("date_of_birth.out_of_range", "Enter a date from {earliest!s} to today.")
DATE_REFUSED: Final = Refusal(
    "date_of_birth.year_only",
    "This shop stores only the year of birth. Enter the year instead.",
    UserErrorCode.NOT_ALLOWED,
)
_BIRTH_YEAR_OUT_OF_RANGE: Final = Refusal("birth_year.out_of_range", "Enter a year from {earliest!s} to {latest!s}.")
_BIRTH_YEAR_OF_OTHER_DATE: Final = Refusal(
    "birth_year.other_than_date", "Enter the year of the date of birth, or leave the year out."
)


def validate_date_of_birth(date: dt.date, path: Sequence[str]) -> dt.date:
    """The same date; `RuleError` for one that nobody alive was born on."""
    if not _EARLIEST <= date <= read_clock().date():
        raise _BIRTH_OUT_OF_RANGE(path=path, earliest=_EARLIEST.year)
    return date


def validate_birth_year(year: int, path: Sequence[str]) -> int:
    latest = read_clock().year
    if not _EARLIEST.year <= year <= latest:
        raise _BIRTH_YEAR_OUT_OF_RANGE(path=path, earliest=_EARLIEST.year, latest=latest)
    return year


def settle_birth(stored: Mapping[str, Any] | Row | None, given: Mapping[str, Any]) -> dict[str, Any]:
    """The columns to store for `dateOfBirth` and `birthYear`, as they are given and validated; those that differ.

    A date has its year, and a year is stored where no date is; a null clears what is given as null alone (docs/domain/profile.md#profile-18).
    """
    date, year = given.get("dateOfBirth"), given.get("birthYear")
    if date is not None and year not in (None, date.year):
        raise _BIRTH_YEAR_OF_OTHER_DATE(path=["birthYear"])
    before = _birth_of(stored)
    if date is not None:
        after = (date, None)
    elif year is not None:
        after = before if "dateOfBirth" not in given and year == birth_year_of(*before) else (None, year)
    elif ("dateOfBirth" if before[0] is not None else "birthYear") in given:
        after = (None, None)  # a date keeps its year, which only a null date clears
    else:
        after = before
    names = ("date_of_birth", "birth_year")
    return {name: new for name, old, new in zip(names, before, after, strict=True) if new != old}


def find_changed_births(stored: Mapping[str, Any] | Row | None, columns: Mapping[str, Any]) -> list[str]:
    """The input fields that storing these columns changes."""
    before = _birth_of(stored)
    after = (columns.get("date_of_birth", before[0]), columns.get("birth_year", before[1]))
    years = birth_year_of(*before), birth_year_of(*after)
    changed = {"dateOfBirth": before[0] != after[0], "birthYear": years[0] != years[1]}
    return [name for name, is_changed in changed.items() if is_changed]


def birth_year_of(date: dt.date | None, year: int | None) -> int | None:
    return year if date is None else date.year


def _birth_of(stored: Mapping[str, Any] | Row | None) -> tuple[dt.date | None, int | None]:
    return (None, None) if stored is None else (stored["date_of_birth"], stored["birth_year"])
