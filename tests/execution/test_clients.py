"""Clients as they are published, each with its defaults, against the service as it is run."""

import json
import shutil
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from gql import Client, GraphQLRequest
from gql.transport.exceptions import TransportQueryError
from gql.transport.httpx import HTTPXTransport

from execution.conftest import UNLIMITED_RATES
from support.service import Service, serving

pytestmark = pytest.mark.slow  # starts processes

ROOT = Path(__file__).parents[2]
CLIENTS = ROOT / "web" / "clients"
TEXT, HASHED = ["operationName", "query", "variables"], ["extensions", "operationName", "variables"]
PERSISTED = ["extensions", "operationName", "query", "variables"]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Generator[Service]:
    """In production, with the documents that Relay's compiler persisted."""
    given = {"storefront__documents": "log", "storefront__documents_dir": CLIENTS / "relay" / "documents"}
    with serving(tmp_path_factory.mktemp("clients"), database_url, **UNLIMITED_RATES, **given) as service:
        yield service


def run_client(name: str, shop: Service, token: str) -> tuple[Any, list[tuple[str, list[str], int]]]:
    """What the client's script found, and method, names of the parts and status of each request it sent."""
    node = shutil.which("node", path=str(Path(sys.executable).parent))
    assert node is not None
    if not (CLIENTS / "node_modules").is_dir():
        pytest.fail("the clients are not installed; `make setup` does it")
    command = [node, str(CLIENTS / f"{name}.js"), f"http://127.0.0.1:{shop.port}/graphql", token]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    return told["results"], [(sent["method"], sent["keys"], sent["status"]) for sent in told["requests"]]


def test_apollo_client_with_persisted_queries(shop: Service, customer_token: str):
    results, requests = run_client("apollo", shop, customer_token)
    assert requests == [
        ("POST", HASHED, 400),  # the hash is not known yet
        ("POST", PERSISTED, 200),
        ("POST", HASHED, 200),
        ("POST", HASHED, 400),
        ("POST", PERSISTED, 200),
        ("POST", HASHED, 200),
        ("GET", HASHED, 400),
        ("POST", PERSISTED, 200),  # Apollo Client sends texts by POST unless told otherwise
        ("GET", HASHED, 200),
        ("POST", HASHED, 400),
        ("POST", PERSISTED, 400),
    ]
    assert results["first"] == results["again"]
    assert results["first"]["me"]["orders"]["edges"][0]["node"]["number"]
    assert {name: results[name] for name in ("renamed", "cached", "refused", "viewers", "unknown")} == {
        "renamed": "Apollonia",
        "cached": "Apollonia",
        "refused": "REQUIRED",
        "viewers": ["CUSTOMER", "CUSTOMER"],
        "unknown": "GRAPHQL_VALIDATION_FAILED",
    }


def test_urql_with_its_defaults(shop: Service, customer_token: str):
    results, requests = run_client("urql", shop, customer_token)
    assert requests == [
        ("GET", TEXT, 200),
        ("POST", TEXT, 200),
        ("POST", TEXT, 200),
        ("GET", TEXT, 400),
        ("GET", HASHED, 400),
        ("GET", PERSISTED, 200),
        ("GET", HASHED, 200),
    ]
    assert results.pop("me")["me"]["orders"]["edges"][0]["node"]["number"]
    assert results == {
        "renamed": "Ursula",
        "refused": "REQUIRED",
        "unknown": "GRAPHQL_VALIDATION_FAILED",
        "viewers": ["CUSTOMER", "CUSTOMER"],
    }


def test_relay_with_documents_of_its_compiler(shop: Service, customer_token: str):
    results, requests = run_client("relay", shop, customer_token)
    assert requests == [("POST", ["documentId", "variables"], 200)] * 3
    assert results["me"]["me"]["orders"]["edges"][0]["node"]["number"]
    assert {name: results[name] for name in ("renamed", "cached", "refused")} == {
        "renamed": "Rhea",
        "cached": "Rhea",
        "refused": "REQUIRED",
    }


ME = "query Me($first: Int!) { me { id orders(first: $first) { nodes { id number } } } }"
RENAME = (
    "mutation Rename($input: MeUpdateInput!) { meUpdate(input: $input) { customer { firstName } userErrors { code } } }"
)
NODE = "query Node($id: ID!) { node(id: $id) { id } }"


def test_python_gql(shop: Service, customer_token: str):
    headers = {"Authorization": f"Bearer {customer_token}"}
    transport = HTTPXTransport(f"http://127.0.0.1:{shop.port}/graphql", headers=headers)
    schema = (ROOT / "schema.storefront.graphql").read_text()
    with Client(transport=transport, schema=schema) as session:
        me = session.execute(GraphQLRequest(ME, variable_values={"first": 1}))
        renamed = session.execute(GraphQLRequest(RENAME, variable_values={"input": {"firstName": "Guido"}}))
        with pytest.raises(TransportQueryError) as caught:
            session.execute(GraphQLRequest(NODE, variable_values={"id": "rubbish"}))
    assert me["me"]["orders"]["nodes"][0]["number"]
    assert renamed["meUpdate"] == {"customer": {"firstName": "Guido"}, "userErrors": []}
    assert caught.value.errors is not None
    assert caught.value.errors[0]["extensions"]["code"] == "BAD_USER_INPUT"
