"""Automatic persisted queries, as Apollo's clients send them."""

from typing import Any

import httpx
import pytest

from customer_gql.execution.limits.manifests import document_hash
from customer_gql.execution.limits.persisted_queries import PersistedQueries
from customer_gql.settings import load_settings
from support.clients import served

GRAPHQL_JSON = "application/graphql-response+json"
TEXT = "query Persisted { __typename }"
NOT_FOUND = {"message": "PersistedQueryNotFound", "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"}}
NOT_SUPPORTED = {"message": "PersistedQueryNotSupported", "extensions": {"code": "PERSISTED_QUERY_NOT_SUPPORTED"}}


@pytest.fixture
async def http(database, database_url):
    async with served(load_settings(database_url=database_url), database) as client:
        yield client


async def ask(http: httpx.AsyncClient, text: str | None, sha256: str, accept: str = "application/json") -> Any:
    body = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": sha256}}}
    sent = body if text is None else {"query": text, **body}
    return await http.post("/graphql", json=sent, headers={"Accept": accept})


@pytest.mark.parametrize(("accept", "status"), [("application/json", 200), (GRAPHQL_JSON, 400)])
async def test_a_text_sent_once_is_found_by_its_hash(http, accept: str, status: int):
    unknown = await ask(http, None, document_hash(TEXT), accept)
    assert (unknown.status_code, unknown.json()) == (status, {"errors": [NOT_FOUND]})
    sent = await ask(http, TEXT, document_hash(TEXT), accept)
    known = await ask(http, None, document_hash(TEXT), accept)
    assert [answer.json()["data"] for answer in (sent, known)] == [{"__typename": "Query"}] * 2
    extensions = '{"persistedQuery": {"version": 1, "sha256Hash": "' + document_hash(TEXT) + '"}}'
    by_url = await http.get("/graphql", params={"extensions": extensions, "operationName": "Persisted"})
    assert by_url.json()["data"] == {"__typename": "Query"}


async def test_an_invalid_text_is_not_stored(http):
    invalid = "query Persisted { nothing }"
    assert (await ask(http, invalid, document_hash(invalid))).json()["errors"]
    assert (await ask(http, None, document_hash(invalid))).json() == {"errors": [NOT_FOUND]}


async def test_a_mutation_by_its_hash_needs_a_post(http):
    mutation = "mutation Ping { visitorPing { userErrors { code } } }"
    assert (await ask(http, mutation, document_hash(mutation))).status_code == 200
    extensions = '{"persistedQuery": {"version": 1, "sha256Hash": "' + document_hash(mutation) + '"}}'
    assert (await http.get("/graphql", params={"extensions": extensions})).status_code == 405


async def test_the_other_endpoint_has_documents_of_its_own(http):
    await ask(http, TEXT, document_hash(TEXT))
    body = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": document_hash(TEXT)}}}
    assert (await http.post("/admin/graphql", json=body)).json() == {"errors": [NOT_FOUND]}


async def test_switched_off_they_are_not_supported(database, database_url, monkeypatch):
    monkeypatch.setenv("CUSTOMER_GQL_STOREFRONT__PERSISTED_QUERIES", "0")
    async with served(load_settings(database_url=database_url), database) as http:
        assert (await ask(http, None, document_hash(TEXT))).json() == {"errors": [NOT_SUPPORTED]}
        # Clients send the text alone from then on; one that goes on sending both is answered too.
        assert (await ask(http, TEXT, document_hash(TEXT))).json()["data"] == {"__typename": "Query"}
        assert (await ask(http, None, document_hash(TEXT))).json() == {"errors": [NOT_SUPPORTED]}


async def test_a_deployment_sets_how_many_bytes_are_stored(database, database_url, monkeypatch):
    monkeypatch.setenv("CUSTOMER_GQL_STOREFRONT__PERSISTED_QUERY_BYTES", "1024")
    texts = [f"query Q{number} {{ __typename {'#' * 500}\n}}" for number in range(2)]
    async with served(load_settings(database_url=database_url), database) as http:
        for text in texts:
            await ask(http, text, document_hash(text))
        answers = [(await ask(http, None, document_hash(text))).json() for text in texts]
    assert answers[0] == {"errors": [NOT_FOUND]}
    assert answers[1]["data"] == {"__typename": "Query"}


async def test_hashes_of_nothing_use_up_the_rate(database, database_url, monkeypatch):
    for name, value in {"COST": "100", "BUCKET": "400", "GUEST_RATE": "1"}.items():
        monkeypatch.setenv(f"CUSTOMER_GQL_STOREFRONT__{name}", value)
    async with served(load_settings(database_url=database_url), database) as http:
        statuses = [(await ask(http, None, str(number))).status_code for number in range(20)]
    assert (statuses[0], statuses[-1]) == (200, 429)


def test_documents_are_bounded_in_number_and_bytes():
    stored = PersistedQueries(max_documents=3, max_bytes=100)
    for name in "abcd":
        stored.store_text(name, name * 10)
        stored.store_text(name, name * 10)  # counted once
    assert [name for name in "abcd" if stored.find_text(name)] == ["b", "c", "d"]
    assert stored.find_text("b") == "b" * 10  # the one used last
    stored.store_text("e", "é" * 41)
    assert [name for name in "bcde" if stored.find_text(name)] == ["b", "e"]
    stored.store_text("f", "f" * 101)
    assert [name for name in "bef" if stored.find_text(name)] == []
