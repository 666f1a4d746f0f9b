"""Structured logs on standard error: one line for each request, without anything a customer sent."""

import logging
import sys
from typing import Any, Literal

import orjson
import structlog

from .faults import describe_error
from .log_stream import LogStream
from .losses import LOG, CountedLosses

_FilteringLogger: Any = structlog.make_filtering_bound_logger(logging.INFO)


class SafeLogger(_FilteringLogger):
    """A logger whose callers never meet its errors."""

    def _proxy_to_logger(self, method_name: str, event: str | None = None, **event_kw: Any) -> Any:
        with CountedLosses(LOG):
            return super()._proxy_to_logger(method_name, event, **event_kw)


def configure_logging(form: Literal["console", "json"]) -> None:
    shared = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    stream: Any = LogStream(sys.stderr)
    if form == "json":
        library_renderer: Any = structlog.processors.JSONRenderer(serializer=_render_json)
        renderer: Any = structlog.processors.JSONRenderer(_render_json_bytes)
        lines: Any = structlog.BytesLoggerFactory(stream)
    else:
        library_renderer = renderer = structlog.dev.ConsoleRenderer(colors=False)
        lines = structlog.WriteLoggerFactory(stream)
    structlog.configure(
        processors=[*shared, renderer],
        logger_factory=lines,
        wrapper_class=SafeLogger,
        cache_logger_on_first_use=True,
    )
    # Libraries log through the standard library; their warnings take the same form.
    handler = logging.StreamHandler(stream)
    of_libraries: Any = [*shared, structlog.stdlib.add_logger_name, _describe_exception]
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(processor=library_renderer, foreign_pre_chain=of_libraries)
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    # strawberry logs every error with the text of the document; `telemetry.faults` logs them without it.
    logging.getLogger("strawberry.execution").disabled = True


def _describe_exception(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """What a library logs with an exception says where it was raised, as our own faults do."""
    given = event.pop("exc_info", None)
    error = given[1] if isinstance(given, tuple) else given
    return event | describe_error(error) if isinstance(error, BaseException) else event


def _render_json(event: Any, **_: Any) -> str:
    return _render_json_bytes(event).decode()


def _render_json_bytes(event: Any, **_: Any) -> bytes:
    return orjson.dumps(event, default=repr)
