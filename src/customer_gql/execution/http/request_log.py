"""The log line of one request."""

import re
import secrets
import time
from dataclasses import dataclass, field
from typing import Final

import structlog

log = structlog.get_logger("request")
_NAME: Final = re.compile(r"[_A-Za-z][_0-9A-Za-z]{0,63}")


@dataclass(slots=True)
class RequestLog:
    """What is logged of a request or a stream: nothing that was sent except a valid operation name."""

    path: str
    request_id: str = field(default_factory=lambda: secrets.token_hex(8))
    started: float = field(default_factory=time.perf_counter)
    operation: str | None = None
    viewer: str | None = None
    cost: int | None = None
    outcome: str = "OK"
    answers: int | None = None

    def set_operation(self, name: str | None) -> None:
        """Callers choose the name, so only a valid one is logged."""
        self.operation = name if name and _NAME.fullmatch(name) else None

    def write_line(self, status: int | None, seconds: float, *, event: str = "request") -> None:
        optional = {"operation": self.operation, "viewer": self.viewer, "cost": self.cost, "status": status}
        optional["answers"] = self.answers
        present = {name: value for name, value in optional.items() if value is not None}
        ms = round(seconds * 1000, 1)
        log.info(event, request_id=self.request_id, path=self.path, outcome=self.outcome, ms=ms, **present)

    def write_stream(self, answers: int) -> None:
        """The line of a stream that has ended; `outcome` says why."""
        self.answers = answers
        self.write_line(None, time.perf_counter() - self.started, event="stream")
