"""Leaky buckets: each caller's cost fills a bucket that drains at a steady rate; a request that overflows it must wait.

These are the buckets of one process; `shared_buckets` has those that several processes fill together.
"""

import time
from collections import OrderedDict
from typing import Final, NamedTuple, Protocol

_MAX_CALLERS: Final = 100_000  # callers kept; the bucket of the least recent one has long been empty


class BucketLevel(NamedTuple):
    """`wait` is 0 for an admitted request, otherwise the seconds until it would be admitted."""

    wait: float
    left: int


class RateBuckets(Protocol):
    async def take_cost(self, caller: str, cost: int, *, size: int, rate: int) -> BucketLevel: ...

    async def close(self) -> None: ...


class LocalBuckets:
    """Buckets of this process only."""

    def __init__(self) -> None:
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    async def take_cost(self, caller: str, cost: int, *, size: int, rate: int) -> BucketLevel:
        now = time.monotonic()
        level, measured = self._levels.get(caller, (0.0, now))
        level = max(0.0, level - (now - measured) * rate)
        overflow = level + cost - size
        if overflow > 0:
            return BucketLevel(overflow / rate, int(size - level))
        self._levels[caller] = (level + cost, now)
        self._levels.move_to_end(caller)
        if len(self._levels) > _MAX_CALLERS:
            self._levels.popitem(last=False)
        return BucketLevel(0.0, int(size - level - cost))

    async def close(self) -> None:
        """There is nothing to close."""
