"""OpenTelemetry: one span for each request, sent to a collector. Needs the extra `tracing`."""

import contextlib
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .losses import TRACE, CountedLosses


class TracingMiddleware:
    """Wraps an ASGI application. A span contains the request's path, status and parent trace, nothing more."""

    def __init__(self, app: ASGIApp, address: str | None = None, *, tracer: Any = None) -> None:
        self.app = app
        self.tracer = tracer or _create_tracer(address or "")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        with contextlib.ExitStack() as ended:
            span: Any = None
            with CountedLosses(TRACE):
                span = self._start_span(scope, ended)
            await self.app(scope, receive, send if span is None else partial(_send_traced, span, send))

    def _start_span(self, scope: Scope, ended: contextlib.ExitStack) -> Any:
        from opentelemetry.propagate import extract  # noqa: PLC0415 - an extra
        from opentelemetry.trace import SpanKind, use_span  # noqa: PLC0415

        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        name = f"{scope['method']} {scope['path']}"
        span = self.tracer.start_span(name, context=extract(headers), kind=SpanKind.SERVER)
        ended.callback(_end_span, span)
        span.set_attributes({"http.request.method": scope["method"], "url.path": scope["path"]})
        ended.enter_context(use_span(span, record_exception=False))
        return span


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


def _create_tracer(address: str) -> Any:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    provider = TracerProvider(resource=Resource.create({"service.name": "customer-gql"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=complete_address(address))))
    return provider.get_tracer("customer_gql")
