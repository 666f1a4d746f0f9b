"""`make bench` measures the shipped service: `customer-gql serve` with a short list of changed settings."""

import asyncio
import importlib
import json
import subprocess
import urllib.request
from collections.abc import Generator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from graphql import build_schema, parse, validate

from customer_gql.database.pools import open_database
from customer_gql.schema import admin
from customer_gql.schema.projections import PROJECTIONS
from customer_gql.settings import load_settings
from support.customers import make_customer
from support.isolation import ask_for_every_field
from support.processes import PROGRAM

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
CHANGED = {
    "admin": {"bucket", "rate", "read_connections"},
    "storefront": {"bucket", "rate"},
    "required": {"storefront_url", "secret_keys"},
}
VARIANTS = {"service": {}, "plans-off": {"compiled_plans": False}}


@pytest.fixture
def choose_variants(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    return importlib.import_module("variants").choose_variants


@pytest.fixture(params=VARIANTS)
def variant(request: pytest.FixtureRequest, choose_variants: Any) -> Generator[Any]:
    (chosen,) = choose_variants([request.param])
    yield chosen
    chosen.stop()


def test_make_bench_compares_the_service_as_it_is(choose_variants: Any, monkeypatch: pytest.MonkeyPatch):
    recipe = subprocess.run(["make", "-n", "bench"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "cd benchmarks && ../.venv/bin/python run.py" in recipe
    run = importlib.import_module("run")
    assert run.choose_variants is choose_variants
    assert set(VARIANTS) <= set(run.VARIANTS)


def test_only_a_few_settings_differ(variant: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)  # no `.env` of the person who runs the test
    monkeypatch.setenv("CUSTOMER_GQL_HEADER_COUNT", "77")  # which the benchmark must not pass on
    given = variant.environment("postgresql://localhost/shop")
    assert "CUSTOMER_GQL_HEADER_COUNT" not in given
    monkeypatch.delenv("CUSTOMER_GQL_HEADER_COUNT")
    shipped = load_settings().model_dump()
    for name in given.keys() - {"PORT"}:
        monkeypatch.setenv(name, given[name])
    measured = load_settings().model_dump()
    for audience in ("admin", "storefront"):
        assert differences(shipped.pop(audience), measured.pop(audience)).keys() == CHANGED[audience]
    required = {name: measured.pop(name) for name in CHANGED["required"]}
    assert differences({name: shipped.pop(name) for name in required}, required).keys() == CHANGED["required"]
    assert differences(shipped, measured) == {
        "worker": False,
        "port": variant.port,
        "database_url": "postgresql://localhost/shop",
        **VARIANTS[variant.name],
    }


def differences(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in other.items() if one[name] != value}


def test_a_variant_is_customer_gql_serve_itself(variant: Any, database_url: str, tmp_path: Path):
    assert variant.command == [str(PROGRAM), "serve"]
    variant.start(database_url, tmp_path)
    body = json.dumps({"query": "{ __typename }"}).encode()
    url = f"http://127.0.0.1:{variant.port}{variant.document_path('grid')}"
    asked = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(asked, timeout=10) as answer:
        assert json.load(answer)["data"] == {"__typename": "Query"}
    assert "serving on" in (tmp_path / f"{variant.name}.log").read_text()
    command = Path(f"/proc/{variant.process.pid}/cmdline").read_bytes().split(b"\0")
    assert [part.decode() for part in command[-3:-1]] == variant.command


async def prepare_writes(url: str) -> Any:
    """The same few customers over and over, where the benchmark has thousands."""
    writes = importlib.import_module("writes")
    async with open_database(url, projections=PROJECTIONS) as database, database.transaction() as connection:
        await ask_for_every_field(connection)  # as the shop of the benchmark does
        await make_customer(connection)
        await make_customer(connection)
    inputs = await writes.WriteInputs.prepare(url)
    first, second, *_ = inputs.customers
    inputs.customers = [first] * 100 + [second] * 4_000
    return inputs


@pytest.mark.parametrize("name", ["service", "floor"])
def test_every_mutation_that_is_measured_is_accepted(
    name: str, choose_variants: Any, empty_database_url: str, tmp_path: Path
):
    writes = importlib.import_module("writes")
    inputs = asyncio.run(prepare_writes(empty_database_url))
    token = asyncio.run(importlib.import_module("prepare").issue_token(empty_database_url))
    (chosen,) = choose_variants([name])
    chosen.start(empty_database_url, tmp_path)
    try:
        for case in writes.CASES:
            path, headers = writes.address_write(case, chosen, token)
            [given] = asyncio.run(inputs.make(case, 1))
            body = writes.encode_body(case, given).encode()
            url = f"http://127.0.0.1:{chosen.port}{path}"
            asked = urllib.request.Request(url, body, {"Content-Type": "application/json", **headers})
            with urllib.request.urlopen(asked, timeout=20) as answer:
                found = json.load(answer)
            assert "errors" not in found, (case, found)
            assert found["data"]["payload"]["userErrors"] == [], (case, found)
            assert ("refreshToken" in found["data"]["payload"]) == (case in ("sign-in", "token-refresh"))
    finally:
        chosen.stop()


async def answer_after_a_pause(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Stands still before the first answer, as a server does that is busy with something else."""
    is_first = True
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            await reader.readexactly(int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0]))
            await asyncio.sleep(0.5 if is_first else 0)
            is_first = False
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    except asyncio.IncompleteReadError:
        writer.close()


async def test_an_open_loop_counts_what_callers_wait_for_a_server_that_stands_still(choose_variants: Any):
    load = importlib.import_module("load")
    server = await asyncio.start_server(answer_after_a_pause, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        plan = {
            "port": port,
            "path": "/",
            "bodies": ["{}"],
            "headers": {},
            "connections": 1,
            "seconds": 1.5,
            "rate": 50,
        }
        found = await load.run_load(plan)
    # A third of all requests was due meanwhile; a client that waits for each answer would have sent one.
    assert found["p95_ms"] > 100
    assert found["requests"] > 20


def test_documents_in_rotation_all_differ(choose_variants: Any):
    situations = importlib.import_module("situations")
    [service] = choose_variants(["service"])
    given = {"profile": [{"id": "cus_1"}], "grid": [{}], "nested": [{}]}
    shop = SimpleNamespace(variables=given)
    for document in given:
        bodies = situations.rotate_documents(service, document, shop)
        queries = {json.loads(body)["query"] for body in bodies}
        assert len(queries) == situations.ROTATED
        for query in queries:
            assert not validate(admin.schema._schema, parse(query))


PEERS = ROOT / "benchmarks" / "peers"


def test_mercurius_answers_the_documents_of_the_service(choose_variants: Any):
    """Its schema is its own, but takes the same texts; so its answers are compared as they are."""
    variants = importlib.import_module("variants")
    [mercurius] = choose_variants(["mercurius"])
    schema = build_schema((PEERS / "mercurius" / "schema.graphql").read_text())
    for document in importlib.import_module("run").DOCUMENTS:
        [body] = variants.request_bodies(mercurius, document, [{}])
        assert not validate(schema, parse(json.loads(body)["query"]))


def test_an_answer_that_differs_is_found(choose_variants: Any):
    comparison = importlib.import_module("comparison")
    expected = {"customer": {"email": "a@example.com", "number": 1}}
    comparison._compare_data("profile", "mercurius", expected, {"customer": {"email": "a@example.com", "number": 1}})
    with pytest.raises(AssertionError, match=r"customer\.number"):
        comparison._compare_data(
            "profile", "mercurius", expected, {"customer": {"email": "a@example.com", "number": 2}}
        )


def test_peers_are_pinned_exactly():
    wanted = json.loads((PEERS / "package.json").read_text())["dependencies"]
    locked = json.loads((PEERS / "package-lock.json").read_text())["packages"]
    for name, version in wanted.items():
        assert locked[f"node_modules/{name}"]["version"] == version
    assert not [name for name, package in locked.items() if "resolved" in package]


def test_a_peer_runs_as_in_production(choose_variants: Any):
    for peer in choose_variants(["postgraphile", "mercurius"]):
        assert peer.environment("postgresql://localhost/shop")["NODE_ENV"] == "production"


def test_an_interpreter_that_is_absent_or_too_old_has_no_row(choose_variants: Any, tmp_path: Path):
    interpreters = importlib.import_module("interpreters")
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\necho 3.9.2\n")
    old.chmod(0o755)
    for python in (tmp_path / "nothing", old):
        assert not interpreters.find_debian(python)
        assert "no row of service-debian" in interpreters.describe_interpreters(python)
    old.write_text("#!/bin/sh\necho 3.13.5\n")
    assert f"Debian's Python 3.13.5 ({old})" in interpreters.describe_interpreters(old)


def test_a_block_measured_alone_replaces_its_section_or_adds_it(
    choose_variants: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    report = importlib.import_module("report")
    monkeypatch.setattr(report, "HERE", tmp_path)
    page = tmp_path / "RESULTS.md"
    page.write_text("# Results\n\n## Mutations\n\nold\n\n## How to read it\n\nnotes\n")
    report.replace_section("Mutations", "new")
    report.replace_section("Cold cache", "first")
    assert page.read_text() == (
        "# Results\n\n## Mutations\n\nnew\n\n## Cold cache\n\nfirst\n\n## How to read it\n\nnotes\n"
    )
