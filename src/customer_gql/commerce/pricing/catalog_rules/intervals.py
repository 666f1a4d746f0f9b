"""On which days which rules apply: plain functions of dates (docs/domain/pricing.md#pricing-8)."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

LAST_DAY: Final = dt.date.max
_DAY: Final = dt.timedelta(days=1)


class RuleInterval(NamedTuple):
    """Both ends are days on which these rules apply, in this order."""

    from_on: dt.date
    until_on: dt.date
    rules: tuple[Any, ...]


def find_intervals(rules: Sequence[Any], since: dt.date) -> list[RuleInterval]:
    """The days from `since` on by the rules that apply on them; days without a rule are left out.

    Rules are rows with `from_on` and `until_on`, in the order in which they apply.
    """
    starts = {since}
    for rule in rules:
        if rule.from_on is not None and rule.from_on > since:
            starts.add(rule.from_on)
        if rule.until_on is not None and since <= rule.until_on < LAST_DAY:
            starts.add(rule.until_on + _DAY)
    ordered = sorted(starts)
    ends = [*[start - _DAY for start in ordered[1:]], LAST_DAY]
    found = [
        RuleInterval(start, end, tuple(rule for rule in rules if _applies(rule, start)))
        for start, end in zip(ordered, ends, strict=True)
    ]
    return [interval for interval in found if interval.rules]


def _applies(rule: Any, on: dt.date) -> bool:
    return (rule.from_on is None or rule.from_on <= on) and (rule.until_on is None or rule.until_on >= on)
