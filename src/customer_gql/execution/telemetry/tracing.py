"""OpenTelemetry: a span for each request, and below it for its rounds and statements; others for jobs and mails. Sent to a collector.

Needs the extra `tracing`. No span holds the text of a statement, a document, or what a customer or a shop says.
"""

import contextlib
import re
import time
from collections.abc import Generator
from functools import lru_cache, partial
from typing import Any
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from customer_gql.core.telemetry.spans import use_spans

from .losses import TRACE, CountedLosses


class TracingMiddleware:
    """Wraps an ASGI application. A span contains the request's path without secrets and ids, its status and its parent trace,
    nothing more."""

    def __init__(self, app: ASGIApp, *, tracer: Any) -> None:
        self.app = app
        self.tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        with contextlib.ExitStack() as ended:
            span: Any = None
            with CountedLosses(TRACE):
                span = self._start_span(scope, ended)
            try:
                await self.app(scope, receive, send if span is None else partial(_send_traced, span, send))
            except BaseException as error:
                _mark_failed(span, error)
                raise

    def _start_span(self, scope: Scope, ended: contextlib.ExitStack) -> Any:
        from opentelemetry.propagate import extract  # noqa: PLC0415 - an extra
        from opentelemetry.trace import SpanKind, use_span  # noqa: PLC0415

        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        path = _leave_out_ids(scope["path"])
        span = self.tracer.start_span(f"{scope['method']} {path}", context=extract(headers), kind=SpanKind.SERVER)
        ended.callback(_end_span, span)
        span.set_attributes({"http.request.method": scope["method"], "url.path": path})
        ended.enter_context(use_span(span, record_exception=False, set_status_on_exception=False))
        return span


def _leave_out_ids(path: str) -> str:
    """The path of a link to a file is a secret, which works until it is used; others below these have the id of a record."""
    return next((f"{folder}/…" for folder in _FOLDERS_OF_IDS if path.startswith(f"{folder}/")), path)


_FOLDERS_OF_IDS = ("/admin/files", "/admin/imports", "/files/uploads", "/files/values")


async def _send_traced(span: Any, send: Send, message: Message) -> None:
    if message["type"] == "http.response.start":
        with CountedLosses(TRACE):
            span.set_attribute("http.response.status_code", message["status"])
    await send(message)


def _end_span(span: Any) -> None:
    with CountedLosses(TRACE):
        span.end()


def complete_address(address: str) -> str:
    """With the path of OTLP over HTTP, where the address of a collector has none: the exporter adds it to nothing."""
    return address if urlsplit(address).path.strip("/") else f"{address.rstrip('/')}/v1/traces"


def start_tracing(address: str, tracer: Any = None) -> Any:
    """A tracer of this process, which the layers below send spans to as well."""
    made = tracer or _create_tracer(address)
    use_spans(partial(_open_span, made), StatementSpans(made))
    return made


@contextlib.contextmanager
def _open_span(tracer: Any, name: str, attributes: dict[str, Any]) -> Generator[None]:
    from opentelemetry.trace import use_span  # noqa: PLC0415 - an extra

    with contextlib.ExitStack() as ended:
        opened: Any = None
        with CountedLosses(TRACE):
            opened = tracer.start_span(name, attributes=attributes)
            ended.callback(_end_span, opened)
            ended.enter_context(use_span(opened, record_exception=False, set_status_on_exception=False))
        try:
            yield
        except BaseException as error:
            _mark_failed(opened, error)
            raise


def _mark_failed(opened: Any, error: BaseException) -> None:
    """By the kind of error: its text may quote what a customer sent."""
    with CountedLosses(TRACE):
        if opened is not None:
            from opentelemetry.trace import StatusCode  # noqa: PLC0415 - an extra

            opened.set_attribute("error.type", type(error).__name__)
            if isinstance(error, Exception):  # not where the caller went away
                opened.set_status(StatusCode.ERROR)


class StatementSpans:
    """Told of each statement when it has ended; its span has the time that it took."""

    def __init__(self, tracer: Any) -> None:
        self._tracer = tracer

    def __call__(self, record: Any) -> None:
        with CountedLosses(TRACE):
            ended = time.time_ns()
            begun = ended - int(record.elapsed * 1_000_000_000)
            made = self._tracer.start_span(name_statement(record.query), start_time=begun, attributes=_DATABASE)
            if record.exception is not None:
                made.set_attribute("error.type", type(record.exception).__name__)
            made.end(ended)


_DATABASE = {"db.system.name": "postgresql"}
_VERB = re.compile(r"[\s(]*(\w+)")
_INNER = re.compile(r"(?<!\w)\([^()]*\)")
_TABLE = re.compile(r"\b(?:INTO|UPDATE)\s+(?P<written>\w+)|\b(?:FROM|JOIN)\s+(?P<read>\w++)(?!\s*\()", re.IGNORECASE)


@lru_cache(maxsize=2000)
def name_statement(text: str) -> str:
    """What a statement does, and the first table that it names; one inside parentheses where there is no other."""
    outer, whole = _INNER.sub("\0", text), ""
    while outer != whole:
        outer, whole = _INNER.sub("\0", outer), outer
    verb, table = _VERB.match(text), _TABLE.search(outer) or _TABLE.search(text)
    words = [verb[1].upper()] if verb else ["?"]
    return " ".join([*words, *([table["written"] or table["read"]] if table else [])])


def _create_tracer(address: str) -> Any:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    provider = TracerProvider(resource=Resource.create({"service.name": "customer-gql"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=complete_address(address))))
    return provider.get_tracer("customer_gql")
