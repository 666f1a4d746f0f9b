"""The time that rules compare with: that of the database, which all processes of the service share.

The clock of the machine gives it, corrected by what the database said last (docs/operations.md#clocks).
"""

import datetime as dt
from typing import Final

SMALLEST_CORRECTION: Final = 0.1
"""Seconds below which two clocks agree."""
_CORRECTION: Final = {"time": dt.timedelta()}


def read_clock() -> dt.datetime:
    return dt.datetime.now(dt.UTC) + _CORRECTION["time"]


def correct_clock(seconds: float) -> None:
    """Add this to what the machine says from now on."""
    _CORRECTION["time"] = dt.timedelta(seconds=seconds if abs(seconds) >= SMALLEST_CORRECTION else 0)
