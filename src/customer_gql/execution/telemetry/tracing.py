"""OpenTelemetry: one span for each request, sent to a collector. Needs the extra `tracing`."""

from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class TracingMiddleware:
    """Wraps an ASGI application. A span contains the request's path, status and parent trace, nothing more."""

    def __init__(self, app: ASGIApp, address: str | None = None, *, tracer: Any = None) -> None:
        self.app = app
        self.tracer = tracer or _create_tracer(address or "")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        from opentelemetry.propagate import extract  # noqa: PLC0415 - an extra
        from opentelemetry.trace import SpanKind  # noqa: PLC0415

        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        with self.tracer.start_as_current_span(
            f"{scope['method']} {scope['path']}", context=extract(headers), kind=SpanKind.SERVER, record_exception=False
        ) as span:

            async def send_traced(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                await send(message)

            span.set_attributes({"http.request.method": scope["method"], "url.path": scope["path"]})
            await self.app(scope, receive, send_traced)


def _create_tracer(address: str) -> Any:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    provider = TracerProvider(resource=Resource.create({"service.name": "customer-gql"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=address)))
    return provider.get_tracer("customer_gql")
