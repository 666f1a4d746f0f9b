"""Buckets that several processes fill together, in Redis or Valkey: one script for each request.

A storage that is away must not make requests wait: whatever it does not answer in time is counted by the process alone, and
for a while it is not asked again.
"""

import time
from typing import Any, Final

import structlog

from customer_gql.execution.telemetry import metrics

from .rate import BucketLevel, LocalBuckets

log = structlog.get_logger("rate")
PATIENCE_SECONDS: Final = 0.05
"""For a connection, and for an answer."""
PAUSE_SECONDS: Final = 1.0
"""Until a storage that failed is asked again, by one request."""
_MAX_CONNECTIONS: Final = 50
_PREFIX: Final = "customer-gql:rate:"

# Levels leak by the clock of the storage, so that those of the processes may differ. A refused request fills nothing.
_TAKE: Final = """
local now = redis.call('TIME')
now = now[1] + now[2] / 1000000
local cost, size, rate = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local stored = redis.call('HMGET', KEYS[1], 'level', 'at')
local level = 0
if stored[1] then
  level = math.max(0, stored[1] - math.max(0, now - stored[2]) * rate)
end
local overflow = level + cost - size
if overflow > 0 then
  return {tostring(overflow / rate), math.floor(size - level)}
end
level = level + cost
redis.call('HSET', KEYS[1], 'level', string.format('%.6f', level), 'at', string.format('%.6f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil(level / rate * 1000) + 1000)
return {'0', math.floor(size - level)}
"""


class SharedBuckets:
    """Buckets of all processes that use the same storage. While it is unavailable each process counts for itself."""

    def __init__(self, storage: str) -> None:
        self._client: Any = _open_client(storage)
        self._take: Any = self._client.register_script(_TAKE)
        self._local = LocalBuckets()
        self._resumes_at = 0.0
        self._warned_at = -60.0

    async def take_cost(self, caller: str, cost: int, *, size: int, rate: int) -> BucketLevel:
        if time.monotonic() >= self._resumes_at:
            # One request asks a storage that failed, and keeps the others from it meanwhile.
            self._resumes_at = time.monotonic() + PAUSE_SECONDS if self._resumes_at else 0.0
            try:
                wait, left = await self._take(keys=[_PREFIX + caller], args=[cost, size, rate])
            except Exception as error:  # noqa: BLE001 - whatever the storage's client raises
                self._resumes_at = time.monotonic() + PAUSE_SECONDS
                self._warn_unavailable(error)
            else:
                self._resumes_at = 0.0
                return BucketLevel(float(wait), int(left))
        metrics.count_rate_fallback()
        return await self._local.take_cost(caller, cost, size=size, rate=rate)

    async def close(self) -> None:
        await self._client.aclose(close_connection_pool=True)

    def _warn_unavailable(self, error: Exception) -> None:
        if time.monotonic() - self._warned_at >= 60:
            self._warned_at = time.monotonic()
            log.warning("rate storage unavailable, each process counts for itself", kind=type(error).__name__)


def _open_client(storage: str) -> Any:
    # The package is an extra.
    from redis.asyncio import BlockingConnectionPool, Redis  # noqa: PLC0415
    from redis.asyncio.retry import Retry  # noqa: PLC0415
    from redis.backoff import NoBackoff  # noqa: PLC0415

    pool = BlockingConnectionPool.from_url(
        storage,
        max_connections=_MAX_CONNECTIONS,
        timeout=PATIENCE_SECONDS,
        socket_timeout=PATIENCE_SECONDS,
        socket_connect_timeout=PATIENCE_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
    return Redis(connection_pool=pool)
