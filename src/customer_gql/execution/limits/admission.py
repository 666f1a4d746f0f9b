"""Limits how many requests of one audience are processed at once; more would slow down all of them."""

from types import TracebackType

from customer_gql.core.errors import ErrorCode
from customer_gql.execution.refusal import RequestRefused


class AdmissionGate:
    """A context around each request. Raises `RequestRefused` when `limit` requests are being processed."""

    __slots__ = ("limit", "running")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.running = 0

    def __enter__(self) -> None:
        if self.running >= self.limit:
            message = "The service is busy. Try again in a second."
            raise RequestRefused(503, ErrorCode.UNAVAILABLE, message, {"Retry-After": "1"})
        self.running += 1

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.running -= 1
