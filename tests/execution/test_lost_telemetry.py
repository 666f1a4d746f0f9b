"""A log that cannot be written, a metric or a trace that fails: answers stay as they are, and what is lost is counted."""

import os
import subprocess
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from customer_gql.execution.telemetry import losses, metrics
from customer_gql.execution.telemetry.log_stream import LogStream
from customer_gql.execution.telemetry.logs import SafeLogger
from customer_gql.execution.telemetry.tracing import TracingMiddleware
from execution.conftest import UNLIMITED_RATES
from support.processes import PROGRAM, environment, free_port, until

pytestmark = pytest.mark.slow  # starts processes

RENAME = 'mutation { meUpdate(input: {firstName: "%s"}) { userErrors { message } customer { firstName } } }'


def answers(url: str) -> bool:
    try:
        return httpx.get(url).status_code == 200
    except httpx.TransportError:
        return False


def dead_pipe() -> int:
    reading, writing = os.pipe()
    os.close(reading)
    return writing


def full_pipe() -> int:
    """Its reader lives, and never reads."""
    _reading, writing = os.pipe()  # closed with the process of the tests, since a closed one would be a dead pipe
    os.set_blocking(writing, False)
    try:
        while os.write(writing, b"x" * 4096):
            pass
    except BlockingIOError:
        os.set_blocking(writing, True)
    return writing


def full_disk() -> int:
    return os.open("/dev/full", os.O_WRONLY)


@contextmanager
def serving_with_log(folder: Path, log: int, **settings: object) -> Generator[tuple[httpx.Client, int]]:
    """The service with this descriptor as standard error, and the port of its metrics."""
    port, metrics_port = free_port(), free_port()
    given = environment(port=port, metrics_port=metrics_port, unready_seconds=0, **UNLIMITED_RATES, **settings)
    with subprocess.Popen([PROGRAM, "serve"], cwd=folder, env=given, stdout=log, stderr=log) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            until(lambda: process.poll() is not None or answers(f"{url}/health/live"), seconds=30)
            assert process.poll() is None
            with httpx.Client(base_url=url, timeout=20) as http:
                yield http, metrics_port
            process.terminate()
            assert process.wait(40) == 0
        finally:
            process.kill()
            os.close(log)


@pytest.mark.parametrize(
    ("open_log", "form"), [(dead_pipe, "json"), (full_disk, "json"), (full_pipe, "json"), (full_disk, "console")]
)
def test_committed_work_is_answered_without_a_log(
    open_log: Callable[[], int], form: str, tmp_path: Path, database_url: str, customer_token: str
):
    headers = {"authorization": f"Bearer {customer_token}"}
    with serving_with_log(tmp_path, open_log(), database_url=database_url, log_format=form) as (http, metrics_port):
        for name in ("Ada", "Grace", "Joan"):
            answer = http.post("/graphql", json={"query": RENAME % name}, headers=headers)
            assert answer.status_code == 200
            assert answer.json()["data"] == {"meUpdate": {"userErrors": [], "customer": {"firstName": name}}}
        invalid = http.post("/graphql", content=b"{", headers={"content-type": "application/json"})
        assert (invalid.status_code, invalid.json()["errors"][0]["extensions"]["code"]) == (400, "BAD_USER_INPUT")
        assert http.get("/health/ready").status_code == 200
        told = httpx.get(f"http://127.0.0.1:{metrics_port}/metrics").text
    [lost] = [line for line in told.splitlines() if line.startswith('customer_gql_telemetry_lost_total{part="log"}')]
    assert float(lost.rpartition(" ")[2]) >= 4


def lost_since(before: dict[str, int]) -> dict[str, int]:
    return {part: number - before.get(part, 0) for part, number in losses.lost.items() if number > before.get(part, 0)}


def test_a_process_without_standard_error_loses_its_lines():
    before = dict(losses.lost)
    assert LogStream(None).write("a line\n") == 7
    assert lost_since(before) == {"log": 1}


def test_a_line_that_cannot_be_rendered_is_lost():
    def fail(*_: Any) -> Any:
        raise RuntimeError("not to be rendered")

    before = dict(losses.lost)
    log = structlog.wrap_logger(structlog.PrintLogger(), processors=[fail], wrapper_class=SafeLogger)
    log.error("fault")
    assert lost_since(before) == {"log": 1}


def test_a_metric_that_fails_is_lost():
    before = dict(losses.lost)
    metrics.record_request("storefront", "OK", float("nan"), "no number")  # pyright: ignore[reportArgumentType]
    assert lost_since(before) == {"metrics": 1}


class FailingProcessor(SpanProcessor):
    def __init__(self, method: str) -> None:
        self.method = method

    def on_start(self, span: Any, parent_context: Any = None) -> None:  # noqa: ARG002
        if self.method == "on_start":
            raise OSError("no space left")

    def on_end(self, span: Any) -> None:  # noqa: ARG002
        if self.method == "on_end":
            raise OSError("no space left")


@pytest.mark.parametrize("method", ["on_start", "on_end"])
async def test_a_span_that_fails_is_lost(method: str):
    before = dict(losses.lost)
    provider = TracerProvider()
    provider.add_span_processor(FailingProcessor(method))
    plain = Starlette(routes=[Route("/", lambda _request: PlainTextResponse("hello"))])
    app = TracingMiddleware(plain, tracer=provider.get_tracer("test"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        answer = await http.get("/")
    assert (answer.status_code, answer.text) == (200, "hello")
    assert lost_since(before) == {"trace": 1}
