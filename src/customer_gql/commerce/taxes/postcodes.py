"""Postcodes of tax rates: one code, a start or a range (docs/domain/taxes.md#taxes-3)."""

import re
from typing import Final, NamedTuple

_RANGE: Final = re.compile(r"([0-9]{3,10})-([0-9]{3,10})")
_ZIP_PLUS_FOUR: Final = re.compile(r"([0-9]{5})-?[0-9]{4}")
_SEPARATORS: Final = str.maketrans("", "", " -")
LONGEST: Final = 21


class Fit(NamedTuple):
    """How closely a pattern fits a postcode: greater is closer."""

    kind: int
    closeness: int


ANY_POSTCODE: Final = Fit(0, 0)


def split_range(pattern: str) -> tuple[str, str] | None:
    """The ends of a range: two numbers of the same length, the lower one first. Other patterns with a hyphen are one code."""
    ends = _RANGE.fullmatch(pattern)
    if ends is None or len(ends[1]) != len(ends[2]) or ends[1] > ends[2]:
        return None
    return ends[1], ends[2]


def is_pattern(pattern: str) -> bool:
    """Whether this can be the postcode of a rate, in capital letters."""
    start = pattern.removesuffix("*")
    return 1 <= len(pattern) <= LONGEST and bool(re.fullmatch(r"[0-9A-Z][0-9A-Z -]*", start))


def fit_postcode(pattern: str | None, postcode: str | None) -> Fit | None:
    """How closely a rate's pattern fits the postcode of an address; None where it does not. Case, blanks and hyphens do not count,
    and the last four digits of an American code need not be there."""
    if pattern is None:
        return ANY_POSTCODE
    if not postcode:
        return None
    written = postcode.strip().upper()
    longer = _ZIP_PLUS_FOUR.fullmatch(written)
    codes = [_bare(written), *([longer[1]] if longer else [])]
    fits = [fit for code in codes if (fit := _fit(pattern, code)) is not None]
    return max(fits, default=None)


def _fit(pattern: str, code: str) -> Fit | None:
    ends = split_range(pattern)
    if ends is not None:
        is_within = len(code) == len(ends[0]) and code.isdecimal() and ends[0] <= code <= ends[1]
        return Fit(2, int(ends[0]) - int(ends[1])) if is_within else None
    if pattern.endswith("*"):
        start = _bare(pattern.removesuffix("*"))
        return Fit(1, len(start)) if code.startswith(start) else None
    return Fit(3, 0) if code == _bare(pattern) else None


def _bare(code: str) -> str:
    return code.translate(_SEPARATORS)
