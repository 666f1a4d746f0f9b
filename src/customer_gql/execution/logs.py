"""Structured logs on standard error: one line for each request, nothing a customer sent."""

import logging
import sys
from typing import Any, Literal

import orjson
import structlog


def configure(form: Literal["console", "json"]) -> None:
    shared = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    json = structlog.processors.JSONRenderer(serializer=_json)
    render = json if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[*shared, render],
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
    # Libraries log through the standard library; their warnings take the same form.
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=render, foreign_pre_chain=shared))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    # The executor logs every error with the document's text; ours are told by `execution.http`, without it.
    logging.getLogger("strawberry.execution").disabled = True


def _json(event: Any, **_: Any) -> str:
    return orjson.dumps(event, default=repr).decode()
