"""Structured logs on standard error: one line for each request, without anything a customer sent."""

import logging
import sys
from typing import Any, Literal

import orjson
import structlog


def configure_logging(form: Literal["console", "json"]) -> None:
    shared = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if form == "json":
        library_renderer: Any = structlog.processors.JSONRenderer(serializer=_render_json)
        renderer: Any = structlog.processors.JSONRenderer(_render_json_bytes)
        lines: Any = structlog.BytesLoggerFactory(sys.stderr.buffer)
    else:
        library_renderer = renderer = structlog.dev.ConsoleRenderer(colors=False)
        lines = structlog.WriteLoggerFactory(sys.stderr)
    structlog.configure(
        processors=[*shared, renderer],
        logger_factory=lines,
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
    # Libraries log through the standard library; their warnings take the same form.
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=library_renderer, foreign_pre_chain=shared))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    # strawberry logs every error with the text of the document; `telemetry.faults` logs them without it.
    logging.getLogger("strawberry.execution").disabled = True


def _render_json(event: Any, **_: Any) -> str:
    return _render_json_bytes(event).decode()


def _render_json_bytes(event: Any, **_: Any) -> bytes:
    return orjson.dumps(event, default=repr)
