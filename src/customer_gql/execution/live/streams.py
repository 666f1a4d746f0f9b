"""The streams of one process: how many there may be, whose they are, and their end at a shutdown."""

import asyncio
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Final

from customer_gql.core.errors import ErrorCode
from customer_gql.core.viewer import Viewer
from customer_gql.execution.limits.admission import AdmissionGate
from customer_gql.execution.preparation import rate_limit_key
from customer_gql.execution.refusal import RequestRefused
from customer_gql.execution.telemetry import metrics
from customer_gql.settings import LiveSettings

from .rights import FindSession, RightsWatch

_EVENTS_AT_ONCE: Final = 4  # answered together; a change that all follow must not take the connections of requests
_ENTRANCE_PART: Final = 10  # of the sockets that have not said yet who they are, one address may have one in so many


class ServiceStops(Exception):
    """The process is being shut down; the client finds another one."""


class LiveStreams:
    def __init__(self, limits: LiveSettings, find_session: FindSession) -> None:
        self.limits = limits
        self.rights = RightsWatch(find_session, limits.rights_seconds)
        self.entrance = AdmissionGate(limits.streams, address_limit=max(1, limits.streams // _ENTRANCE_PART))
        self.slots = asyncio.Semaphore(_EVENTS_AT_ONCE)
        self.running: set[Any] = set()
        """Operations, each with a method `end`."""
        self.is_closing = False
        self._by_viewer: Counter[str] = Counter()

    def require_open(self) -> None:
        """Raises `RequestRefused` when this process can take no stream of anybody."""
        if self.is_closing:
            message = "The service is shutting down. Connect again."
            raise RequestRefused(503, ErrorCode.UNAVAILABLE, message, {"Retry-After": "1"})
        if self._by_viewer.total() >= self.limits.streams:
            message = f"This process has {self.limits.streams} streams, as many as it may. Try again later."
            raise RequestRefused(503, ErrorCode.UNAVAILABLE, message, {"Retry-After": "5"})

    @contextmanager
    def hold_place(self, viewer: Viewer) -> Generator[None]:
        """Raises `RequestRefused` when there is no place, for anybody or for this viewer."""
        self.require_open()
        owner = rate_limit_key(viewer, viewer.address or "")
        if self._by_viewer[owner] >= self.limits.per_viewer:
            message = f"You have {self.limits.per_viewer} streams, as many as you may. Close one of them first."
            raise RequestRefused(429, ErrorCode.RATE_LIMITED, message, {"Retry-After": "5"})
        self._by_viewer[owner] += 1
        metrics.live_streams.inc()
        try:
            yield
        finally:
            metrics.live_streams.dec()
            self._by_viewer[owner] -= 1
            if not self._by_viewer[owner]:
                del self._by_viewer[owner]

    def close(self) -> None:
        """End every stream, without telling clients that it is complete."""
        self.is_closing = True
        for operation in tuple(self.running):
            operation.end(ServiceStops())
