"""Leaky buckets: each caller's cost fills a bucket that drains at a steady rate; a request that overflows it must wait.

In memory each process has its own buckets. For several processes the package `limits` keeps one count in Redis or
Valkey. Its own memory storage is not used, because it visits every key after each hit.
"""

import time
from collections import OrderedDict
from typing import Final, NamedTuple, Protocol

import structlog
from limits import RateLimitItem, RateLimitItemPerSecond
from limits.aio.storage import Storage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.storage import storage_from_string

log = structlog.get_logger("rate")
_MAX_CALLERS: Final = 100_000  # callers kept; the bucket of the least recent one has long been empty


class BucketLevel(NamedTuple):
    """`wait` is 0 for an admitted request, otherwise the seconds until it would be admitted."""

    wait: float
    left: int


class RateBuckets(Protocol):
    async def take_cost(self, caller: str, cost: int, *, size: int, rate: int) -> BucketLevel: ...


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


class SharedBuckets:
    """Buckets of all processes that use the same storage. While it is unavailable each process counts for itself."""

    def __init__(self, storage: str) -> None:
        uri = storage if storage.startswith("async+") else f"async+{storage}"
        # redis-py is the client that the extra installs; `limits` would look for another one first.
        options = {"implementation": "redispy"} if "redis" in uri else {}
        opened = storage_from_string(uri, **options)
        assert isinstance(opened, Storage)
        self._limiter = SlidingWindowCounterRateLimiter(opened)
        self._local = LocalBuckets()
        self._items: dict[tuple[int, int], RateLimitItem] = {}
        self._warned_at = 0.0

    async def take_cost(self, caller: str, cost: int, *, size: int, rate: int) -> BucketLevel:
        item = self._items.setdefault((size, rate), RateLimitItemPerSecond(size, max(1, round(size / rate))))
        try:
            admitted = await self._limiter.hit(item, caller, cost=cost)
            left = (await self._limiter.get_window_stats(item, caller)).remaining
        except Exception as error:  # noqa: BLE001 - whatever the storage's client raises
            self._warn_unavailable(error)
            return await self._local.take_cost(caller, cost, size=size, rate=rate)
        return BucketLevel(0.0 if admitted else max(0.0, cost - left) / rate or 1.0, left)

    def _warn_unavailable(self, error: Exception) -> None:
        if time.monotonic() - self._warned_at > 60:
            self._warned_at = time.monotonic()
            log.warning("rate storage unavailable, each process counts for itself", kind=type(error).__name__)
