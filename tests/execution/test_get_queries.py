"""Queries by GET: what clients such as urql send, and what a URL may not do."""

import json
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from support.service import Service, code_of, request

GRAPHQL_JSON = "application/graphql-response+json"


def get(
    service: Service, path: str = "/graphql", headers: dict[str, str] | None = None, **params: Any
) -> httpx.Response:
    given = {name: value if isinstance(value, str) else json.dumps(value) for name, value in params.items()}
    return service.http.get(path, params=given, headers=headers)


def test_a_query_is_answered_and_never_cached(service: Service):
    answer = get(service, query="query Q { __typename }", operationName="Q")
    assert (answer.status_code, answer.json()["data"]) == (200, {"__typename": "Query"})
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["content-type"] == "application/json; charset=utf-8"


def test_variables_and_the_token_are_read(service: Service, staff_token: str):
    asked = "query($first: Int!) { customers(first: $first) { nodes { id } } }"
    headers = {"Authorization": f"Bearer {staff_token}", "Accept": GRAPHQL_JSON}
    answer = get(service, "/admin/graphql", headers, query=asked, variables={"first": 1}, extensions={})
    assert (answer.status_code, "errors" in answer.json()) == (200, False)
    assert answer.headers["content-type"] == f"{GRAPHQL_JSON}; charset=utf-8"
    assert get(service, "/admin/graphql", headers, query=asked, variables={"first": "x"}).json()["errors"]


def test_empty_parameters_count_as_absent(service: Service):
    answer = get(service, query="{ __typename }", variables="", operationName="", extensions="")
    assert answer.json()["data"] == {"__typename": "Query"}


@pytest.mark.parametrize("accept", ["application/json", GRAPHQL_JSON])
def test_a_mutation_is_refused_and_not_run(service: Service, accept: str):
    document = "query Q { __typename } mutation M { visitorPing { userErrors { code } } }"
    answer = get(service, headers={"Accept": accept}, query=document, operationName="M")
    assert (answer.status_code, answer.headers["allow"], code_of(answer.json())) == (405, "POST", "BAD_USER_INPUT")
    assert answer.headers["cache-control"] == "private, no-store"
    assert "data" not in answer.json()
    assert get(service, query=document, operationName="Q").status_code == 200


@pytest.mark.parametrize(
    ("_case", "query_string"),
    [
        ("nothing", ""),
        ("another parameter", "q=1"),
        ("a parameter twice", "query={__typename}&query={a}"),
        ("bytes that are no UTF-8", "query=%ff"),
        ("twenty-one parameters", "query={__typename}&" + "&".join(f"a{number}=1" for number in range(21))),
        ("variables that are no JSON", "query={__typename}&variables={"),
        ("variables that are no object", "query={__typename}&variables=[]"),
        ("variables nested too deeply", "query={__typename}&variables=" + quote('{"a":' * 100 + "1" + "}" * 100)),
        ("extensions that are no object", "query={__typename}&extensions=1"),
        ("a document and an id of one", "query={__typename}&documentId=1"),
    ],
)
def test_an_invalid_url_is_refused(service: Service, _case: str, query_string: str):
    answer = service.http.get(f"/graphql?{query_string}")
    assert (answer.status_code, code_of(answer.json())) == (400, "BAD_USER_INPUT")
    assert answer.headers["cache-control"] == "private, no-store"


def test_a_body_is_refused(service: Service):
    sent = request(b'{"query": "{ __typename }"}', method="GET", path="/graphql?query={__typename}")
    assert service.raw(sent, seconds=5).startswith(b"HTTP/1.1 400 ")


def test_a_url_is_as_long_as_headers_may_be(service: Service):
    padded = "{ __typename }" + "," * 17_000
    assert get(service, query=padded).status_code == 431
    assert get(service, query=padded[:4000]).status_code == 200


def test_every_answer_names_its_request_as_the_log_does(service: Service):
    start = len(service.log.read_text())
    answers = [
        service.post({"query": "{ __typename }"}),
        get(service, query="{ __typename }"),
        service.post({"query": "{ nothing }"}),
        service.post([]),
        service.http.put("/graphql"),
    ]
    ids = [answer.headers["x-request-id"] for answer in answers]
    assert ids == [line["request_id"] for line in service.lines(start) if line["event"] == "request"]
    assert len(set(ids)) == len(answers)


@pytest.mark.parametrize("accept", ["application/json", GRAPHQL_JSON])
def test_refusals_have_the_media_type_that_is_accepted(service: Service, accept: str):
    ended = service.post({"query": "{ viewer { kind } }"}, token="cgc_unknown", accept=accept)
    for_servers = service.post({"query": "{ __typename }"}, x_storefront_token="cgv_unknown", accept=accept)
    malformed = service.post([], accept=accept)
    assert [answer.status_code for answer in (for_servers, malformed)] == [401, 400]
    for answer in (ended, for_servers, malformed):
        assert answer.headers["content-type"] == f"{accept}; charset=utf-8"
