"""What a document costs before it runs: no address can have large documents parsed and compared for little."""

import sys
import time

import pytest
from graphql import parse

from customer_gql.execution.documents import DocumentCache
from customer_gql.execution.limits.parse_cost import compute_body_cost, compute_parse_cost, count_tokens
from customer_gql.schema import admin
from customer_gql.settings import AdminSettings
from support.service import Service, code_of, serving

REPEATED = "{ " + "viewer { kind } " * 300 + "}"
LARGE = "{ " + " ".join(f"{field} {{ id }}" for field in ["taxClasses", "websites"] * 50) + " }"


@pytest.mark.parametrize(
    "text",
    [
        "{ a }",
        "query q($a: Int = 1) { f(a: $a, b: [true, null]) @skip(if: false) { ...g } } fragment g on A { a }",
        '{ f(a: "x \\" y # no comment", b: """block "" \\""" of text""") }',
        "{a...f...f...f} fragment f on A{a}",
        '# """\n{ a } # "\n',
    ],
)
def test_tokens_are_counted_as_the_lexer_does(text: str):
    assert count_tokens(text, at_most=1000) == parse(text).token_count


@pytest.mark.slow
@pytest.mark.parametrize("part", ['"', '"""', '"\\', '"""a', "{", " \n", "#\n", "a", "\\", "...", ","])
def test_counting_takes_linear_time(part: str):
    text = part * (1024 * 1024 // len(part))
    before = time.process_time()
    count_tokens(text, at_most=2000)
    assert time.process_time() - before < 0.2  # a quadratic one takes minutes


def test_the_cost_of_a_document_grows_with_its_tokens():
    assert compute_parse_cost("{ a }", max_tokens=2000) == 400 + 3 * 16
    assert compute_parse_cost("{ " + "a " * 998 + "}", max_tokens=2000) == 400 + 1000 * 16
    assert compute_parse_cost("{ " + "a " * 50_000 + "}", max_tokens=2000) == 400 + 2000 * 16


def test_large_bodies_cost_more():
    assert compute_body_cost(0) == 0
    assert compute_body_cost(4 * 1024 + 99) == 0
    assert compute_body_cost(4 * 1024 + 100) == 1
    assert compute_body_cost(1024 * 1024) == 10_444


@pytest.mark.slow
def test_blanks_of_stored_documents_are_counted():
    documents = DocumentCache(admin.schema._schema, AdminSettings())  # pyright: ignore[reportCallIssue]
    for length in range(120):
        documents.load_document("{ viewer { kind } }" + " " * (1024 * 1024 + length))
    assert sum(map(sys.getsizeof, documents._documents)) < 110 * 1024 * 1024


@pytest.mark.slow
@pytest.mark.parametrize(
    "query",
    [
        REPEATED,
        "{ " + "... { viewer { kind } } " * 150 + "}",
        "{ viewer { " + "kind " * 300 + "} }",
        "{ " + ("viewer { " + "kind " * 10 + "} ") * 50 + "}",
        "{ "
        + "".join(f"...f{i} " for i in range(100))
        + "} "
        + "".join(f"fragment f{i} on Query {{ viewer {{ kind }} }} " for i in range(100)),
        "{ viewer { kind } } fragment f on Query " + REPEATED,
    ],
)
def test_a_field_is_not_repeated_without_end(service: Service, query: str):
    before = service.cpu()
    answer = service.post({"query": query}, "/admin/graphql").json()
    assert code_of(answer) == "QUERY_TOO_COMPLEX"
    assert "in one place; the limit is 50" in answer["errors"][0]["message"]
    assert service.cpu() - before < 0.1


@pytest.mark.slow
def test_fragments_that_clients_merge_are_answered(service: Service):
    query = "{ viewer { " + "...f " * 50 + "} } fragment f on Viewer { kind }"
    assert service.ask(query)["data"] == {"viewer": {"kind": "GUEST"}}


@pytest.mark.slow
def test_one_address_pays_for_large_documents(tmp_path, database_url: str):
    """40 distinct large documents would cost seconds of the process."""
    with serving(tmp_path, database_url) as service:
        statuses = [service.post({"query": LARGE + " " * n}, "/admin/graphql").status_code for n in range(100)]
        assert statuses[0] == 200
        assert statuses.count(429) > 20


@pytest.mark.slow
def test_one_address_pays_for_large_bodies(tmp_path, database_url: str):
    query = (
        "mutation M($input: ConfigurationUpdateInput!) { configurationUpdate(input: $input) { userErrors { code } } }"
    )
    body = {"query": query, "variables": {"input": {"values": [{"path": "x", "value": ["x" * 100] * 9000}]}}}
    with serving(tmp_path, database_url) as service:
        statuses = [service.post(body, "/admin/graphql").status_code for _ in range(60)]
        assert (statuses[0], statuses[-1]) == (200, 429)
