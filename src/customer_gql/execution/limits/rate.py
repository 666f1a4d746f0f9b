"""Leaky buckets: each caller's cost fills one, which empties at a steady rate; what would overflow has to wait.

In memory each process has its own. For several processes `limits` keeps one count in Redis or Valkey. Its own memory
storage is not used, because it walks over every key after each hit.
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
_MAX_CALLERS: Final = 100_000  # callers remembered; the one seen longest ago has long leaked empty


class BucketLevel(NamedTuple):
    """`wait` is 0 when it was let through, else the seconds until it would be."""

    wait: float
    left: int


class RateBuckets(Protocol):
    async def take(self, caller: str, cost: int, *, size: int, rate: int) -> BucketLevel: ...


class LocalBuckets:
    """Of this process alone."""

    def __init__(self) -> None:
        self._filled: OrderedDict[str, tuple[float, float]] = OrderedDict()

    async def take(self, caller: str, cost: int, *, size: int, rate: int) -> BucketLevel:
        now = time.monotonic()
        level, then = self._filled.get(caller, (0.0, now))
        level = max(0.0, level - (now - then) * rate)
        over = level + cost - size
        if over > 0:
            return BucketLevel(over / rate, int(size - level))
        self._filled[caller] = (level + cost, now)
        self._filled.move_to_end(caller)
        if len(self._filled) > _MAX_CALLERS:
            self._filled.popitem(last=False)
        return BucketLevel(0.0, int(size - level - cost))


class SharedBuckets:
    """Of all processes that name the same storage. While it is away each counts for itself."""

    def __init__(self, storage: str) -> None:
        uri = storage if storage.startswith("async+") else f"async+{storage}"
        # redis-py is the client the extra brings; `limits` would look for another one first.
        options = {"implementation": "redispy"} if "redis" in uri else {}
        opened = storage_from_string(uri, **options)
        assert isinstance(opened, Storage)
        self._limiter = SlidingWindowCounterRateLimiter(opened)
        self._local = LocalBuckets()
        self._items: dict[tuple[int, int], RateLimitItem] = {}
        self._warned = 0.0

    async def take(self, caller: str, cost: int, *, size: int, rate: int) -> BucketLevel:
        item = self._items.setdefault((size, rate), RateLimitItemPerSecond(size, max(1, round(size / rate))))
        try:
            taken = await self._limiter.hit(item, caller, cost=cost)
            left = (await self._limiter.get_window_stats(item, caller)).remaining
        except Exception as error:  # noqa: BLE001 - whatever the storage's client raises
            self._warn(error)
            return await self._local.take(caller, cost, size=size, rate=rate)
        return BucketLevel(0.0 if taken else max(0.0, cost - left) / rate or 1.0, left)

    def _warn(self, error: Exception) -> None:
        if time.monotonic() - self._warned > 60:
            self._warned = time.monotonic()
            log.warning("rate storage is away, each process counts for itself", kind=type(error).__name__)
