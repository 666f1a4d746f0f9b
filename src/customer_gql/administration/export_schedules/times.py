"""When a schedule is due next, by the clock of its time zone (docs/domain/exports.md#exports-8)."""

import calendar
import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from .tables import ExportFrequency


def find_next_time(
    frequency: ExportFrequency, at: dt.time, weekday: int | None, day: int | None, time_zone: str, *, after: dt.datetime
) -> dt.datetime:
    """The first time after a moment. A month that is too short has its last day; a time that the clock skips is the one that it
    shows instead."""
    zone = ZoneInfo(time_zone)
    for date in _dates(frequency, weekday, day, after.astimezone(zone).date()):
        found = dt.datetime.combine(date, at, zone).astimezone(dt.UTC)
        if found > after:
            return found
    raise AssertionError("every frequency has a next time")


def _dates(frequency: ExportFrequency, weekday: int | None, day: int | None, first: dt.date) -> Iterator[dt.date]:
    """From a date on, far enough that one is later than any moment of it."""
    for date in (first + dt.timedelta(days=passed) for passed in range(63)):
        last = calendar.monthrange(date.year, date.month)[1]
        fits = {
            ExportFrequency.DAILY: True,
            ExportFrequency.WEEKLY: date.isoweekday() == weekday,
            ExportFrequency.MONTHLY: day is not None and date.day == min(day, last),
        }
        if fits[frequency]:
            yield date
