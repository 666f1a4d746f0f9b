"""How many requests of one audience are worked on at once; more would only make all of them slow."""

from types import TracebackType

from customer_gql.core.errors import ErrorCode
from customer_gql.execution.refusal import RequestRefused


class AdmissionGate:
    __slots__ = ("limit", "running")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.running = 0

    def __enter__(self) -> None:
        if self.running >= self.limit:
            raise RequestRefused(
                503, ErrorCode.UNAVAILABLE, "The service is busy. Try again in a second.", {"Retry-After": "1"}
            )
        self.running += 1

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.running -= 1
