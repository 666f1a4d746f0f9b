"""Dates and times as text: one spelling each, and no time without its zone."""

import datetime as dt
import re
from typing import Final

_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?([Zz]|[+-][0-9]{2}:[0-9]{2})?"
)


def parse_date(text: str) -> dt.date:
    """A date like `2024-01-31`; `ValueError` for every other spelling."""
    if not _DATE.fullmatch(text):
        raise ValueError("Write a date like 2024-01-31.")
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text} is not a day of the calendar. Write a date like 2024-01-31.") from None


def parse_time(text: str) -> dt.datetime:
    """A time of RFC 3339 in UTC; `ValueError` for one without a zone or beyond the calendar in UTC."""
    found = _TIME.fullmatch(text)
    if found is None:
        raise ValueError("Write a time like 2024-01-31T09:30:00Z.")
    if found[3] is None:
        raise ValueError("Add the zone of the time: Z for UTC, or an offset like +02:00.")
    try:
        return dt.datetime.fromisoformat(text.upper()).astimezone(dt.UTC)
    except OverflowError:
        raise ValueError("The time is outside of the calendar.") from None
    except ValueError:
        raise ValueError("There is no such time. Write a time like 2024-01-31T09:30:00Z.") from None
