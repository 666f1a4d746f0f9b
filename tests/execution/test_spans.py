"""Spans of requests, rounds, statements, jobs and mails: names and times, and nothing that anybody wrote."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from customer_gql.core.telemetry.spans import span, use_spans
from customer_gql.customers.accounts.writes import issue_customer_token
from customer_gql.database.pools import open_database
from customer_gql.execution.telemetry.tracing import TracingMiddleware, name_statement, start_tracing
from customer_gql.messaging.jobs.work import Job, Tools
from customer_gql.messaging.jobs.worker import JobFailed, _make_job_function
from customer_gql.schema.projections import PROJECTIONS
from customer_gql.settings import Settings
from support.clients import make_app
from support.customers import make_customer


@pytest.fixture
def traced() -> Iterator[tuple[Any, InMemorySpanExporter]]:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    yield start_tracing("", provider.get_tracer("test")), exporter
    use_spans(None)


def parents(spans: Any) -> dict[str, set[str]]:
    """By name of a span those of its parents."""
    by_id = {one.context.span_id: one.name for one in spans}
    found = dict[str, set[str]]()
    for one in spans:
        found.setdefault(one.name, set()).add("" if one.parent is None else by_id[one.parent.span_id])
    return found


def told(spans: tuple[ReadableSpan, ...]) -> str:
    return "".join(one.to_json() for one in spans)


async def test_a_request_has_spans_of_its_rounds_and_statements(
    traced: tuple[Any, InMemorySpanExporter], settings: Settings, empty_database_url: str
):
    tracer, exporter = traced
    async with open_database(empty_database_url, projections=PROJECTIONS) as database:
        async with database.transaction() as connection:
            customer = await make_customer(connection, first_name="Canary")
            token = await issue_customer_token(connection, customer.id)
        app = TracingMiddleware(make_app(settings, database), tracer=tracer)  # pyright: ignore[reportArgumentType]
        exporter.clear()
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
            body = {"query": "{ me { firstName addresses { city } } }"}
            answer = await http.post("/graphql", json=body, headers={"Authorization": f"Bearer {token}"})
        assert answer.json()["data"] == {"me": {"firstName": "Canary", "addresses": []}}
    spans = exporter.get_finished_spans()
    above = parents(spans)
    assert above["POST /graphql"] == {""}
    assert above["round"] == {"POST /graphql"}
    assert above["SELECT customer_token"] <= {"round", "POST /graphql"}
    statements = {name for name in above if name.startswith("SELECT ")}
    assert "SELECT customer" in statements or "SELECT address" in statements
    for hidden in ("Canary", token, customer.email, "WHERE"):
        assert hidden not in told(spans)


async def test_a_job_is_a_span_that_names_the_kind_of_its_error(traced: tuple[Any, InMemorySpanExporter]):
    _, exporter = traced

    async def fail(_tools: Tools, payload: Any) -> None:
        with span("mail", template="welcome"):
            raise ValueError(payload["secret"])

    run = _make_job_function(Job("rebuild", fail), SimpleNamespace())  # type: ignore[arg-type]
    with pytest.raises(JobFailed):
        await run(SimpleNamespace(payload=b'{"secret": "canary"}', attempts=1))  # type: ignore[arg-type]
    spans = exporter.get_finished_spans()
    assert parents(spans) == {"job": {""}, "mail": {"job"}}
    assert [dict(one.attributes or {}) for one in spans] == [
        {"template": "welcome", "error.type": "ValueError"},
        {"job": "rebuild", "attempt": 2, "error.type": "ValueError"},
    ]
    assert "canary" not in told(spans)


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("SELECT customer.id FROM customer WHERE customer.id = 1", "SELECT customer"),
        ("  (SELECT 1)", "SELECT"),
        ("INSERT INTO address (customer_id) VALUES ($1)", "INSERT address"),
        ("UPDATE customer SET email = 'a@example.com'", "UPDATE customer"),
        ("DELETE FROM cart WHERE true", "DELETE cart"),
        ("SELECT a FROM unnest($1::bigint[]) AS k JOIN address ON true", "SELECT address"),
        ("SELECT EXISTS (SELECT FROM cart WHERE id = (1)) FROM customer_token", "SELECT customer_token"),
        ("SELECT a FROM (SELECT a FROM address WHERE id = 1) AS whole", "SELECT address"),
        ("BEGIN;", "BEGIN"),
    ],
)
def test_a_statement_is_named_by_what_it_does_and_its_first_table(statement: str, name: str):
    assert name_statement(statement) == name


def test_without_a_tracer_there_are_no_spans():
    with span("round", reads=1) as opened:
        assert opened is None
