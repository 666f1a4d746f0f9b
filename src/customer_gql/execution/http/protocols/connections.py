"""How many connections a process holds: fewer than it has descriptors, so that it can still open files, reach the database and
answer health checks."""

import resource
import time
from typing import Final

import structlog

MOST_CONNECTIONS: Final = 2000
"""The gate for requests refuses long before this, and with a message."""
RESERVED: Final = 128
"""Descriptors for everything but clients: the database, health, metrics, logs, a mail server."""
_SECONDS_BETWEEN_LINES: Final = 10.0
log = structlog.get_logger("connections")


class ConnectionLimit:
    """Closes what comes beyond the limit at once, and logs that it does, now and then."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._refused = 0
        self._told_at = -_SECONDS_BETWEEN_LINES

    def admits(self, count: int) -> bool:
        """Whether there may be so many, the one that has just come included."""
        if count <= self.most:
            return True
        self._refused += 1
        now = time.monotonic()
        if now - self._told_at >= _SECONDS_BETWEEN_LINES:
            log.error(
                "too many connections", limit=self.most, refused=self._refused, hint="raise the limit of open files"
            )
            self._told_at, self._refused = now, 0
        return False


def raise_file_limit() -> ConnectionLimit:
    """Take as many descriptors as the system allows this process, and leave some of them to other things."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + RESERVED
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return ConnectionLimit(max(1, min(MOST_CONNECTIONS, soft - RESERVED)))
