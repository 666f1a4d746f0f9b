"""Metrics and traces."""

from typing import Any

import httpx
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from customer_gql.execution.telemetry.tracing import TracingMiddleware, complete_address
from execution.conftest import UNLIMITED_RATES
from support.processes import free_port
from support.service import serving

pytestmark = pytest.mark.slow  # starts processes

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_metrics_have_a_listener_of_their_own(tmp_path, database_url: str, customer_token: str):
    port = free_port()
    with serving(tmp_path, database_url, **UNLIMITED_RATES, metrics_port=port) as service:
        answer = service.ask("{ me { email orders { nodes { number } } } }", token=customer_token)
        service.ask("{ nothing }")
        assert service.http.get("/metrics").status_code == 404
        told = dict(
            line.rsplit(" ", 1)
            for line in httpx.get(f"http://127.0.0.1:{port}/metrics").text.splitlines()
            if line.startswith("customer_gql")
        )
    assert told['customer_gql_requests_total{audience="storefront",outcome="OK"}'] == "1.0"
    assert told['customer_gql_requests_total{audience="storefront",outcome="GRAPHQL_VALIDATION_FAILED"}'] == "1.0"
    assert told['customer_gql_requests_total{audience="admin",outcome="INTERNAL_SERVER_ERROR"}'] == "0.0"
    assert told['customer_gql_request_seconds_count{audience="storefront"}'] == "2.0"
    cost = answer["extensions"]["cost"]["requested"]
    assert float(told['customer_gql_request_cost_sum{audience="storefront"}']) == cost > 0
    assert told['customer_gql_pool_limit{pool="storefront_reads"}'] == "10.0"
    assert told['customer_gql_pool_busy{pool="storefront_reads"}'] == "0.0"
    assert float(told['customer_gql_pool_uses_total{pool="storefront_reads"}']) >= 2
    assert told['customer_gql_pool_limit{pool="admin_writes"}'] == "3.0"


@pytest.mark.parametrize(
    ("given", "complete"),
    [
        ("http://collector:4318", "http://collector:4318/v1/traces"),
        ("http://collector:4318/", "http://collector:4318/v1/traces"),
        ("https://collector/v1/traces", "https://collector/v1/traces"),
        ("https://collector/of/us", "https://collector/of/us"),
    ],
)
def test_the_address_of_a_collector_needs_no_path(given: str, complete: str):
    assert complete_address(given) == complete


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/", "/"),
        ("/nothing", "/nothing"),
        ("/admin/files/links/canary", "/admin/files/…"),
        ("/admin/imports/cim_canary/file", "/admin/imports/…"),
        ("/files/uploads/canary", "/files/uploads/…"),
        ("/files/values/canary", "/files/values/…"),
    ],
)
async def test_a_request_is_a_span_below_its_caller(path: str, shown: str):
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    plain = Starlette(routes=[Route("/", lambda _request: PlainTextResponse("hello"))])
    app = TracingMiddleware(plain, tracer=provider.get_tracer("test"))
    headers = {"traceparent": PARENT, "authorization": "Bearer canary"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        answer = await http.get(f"{path}?canary=1", headers=headers)
    (span,) = exporter.get_finished_spans()
    assert (span.name, span.attributes) == (
        f"GET {shown}",
        {"http.request.method": "GET", "url.path": shown, "http.response.status_code": answer.status_code},
    )
    assert span.context is not None
    assert f"{span.context.trace_id:032x}" == PARENT.split("-")[1]
    assert "canary" not in span.to_json()


async def test_a_request_that_fails_tells_the_kind_of_its_error_alone():
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))

    def fail(_request: Any) -> PlainTextResponse:
        raise ValueError("canary")

    app = TracingMiddleware(Starlette(routes=[Route("/", fail)]), tracer=provider.get_tracer("test"))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        await http.get("/")
    (span,) = exporter.get_finished_spans()
    assert span.attributes is not None
    assert (span.attributes["error.type"], span.status.is_ok) == ("ValueError", False)
    assert "canary" not in span.to_json()
