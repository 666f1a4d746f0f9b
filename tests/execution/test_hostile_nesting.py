"""JSON and values nested deeply, wherever a request may carry them: a clear refusal, never a fault of a library."""

import itertools
import json
from typing import Any

import pytest

from customer_gql.execution.limits.text import MAX_NESTING
from support.clients import Client
from support.service import Service, code_of

DEPTHS = (33, 100, 400, 900, 1_020, 5_000, 20_000)
# An escape and a repeated key make the service read the body once more, in search of keys that stand in it twice.
REREAD = rb'"operationName":null,"z":"\u0041"'


def nested(depth: int, opening: bytes, closing: bytes) -> bytes:
    return opening * depth + b"1" + closing * depth


SHAPES = {"lists": (b"[", b"]"), "objects": (b'{"a":', b"}"), "both": (b'[{"a":', b"}]")}
BODIES = {
    "the variables": b'{"query":"{__typename}","variables":{"a":%s}}',
    "the variables, read again": b'{"query":"{__typename}",' + REREAD + b',"variables":{"a":%s}}',
    "the extensions": b'{"query":"{__typename}","extensions":{"a":%s}}',
    "the extensions, read again": b'{"query":"{__typename}",' + REREAD + b',"extensions":{"a":%s}}',
    "a key that means nothing": b'{"query":"{__typename}",' + REREAD + b',"x":%s}',
    "a document that is no text": b'{"query":%s}',
    "a name that is no text": b'{"query":"{__typename}","operationName":%s}',
    "an id that is no text": b'{"documentId":%s}',
    "a batch": b'[{"query":"{__typename}","variables":{"a":%s}}]',
    "the body itself": b"%s",
}


@pytest.mark.parametrize("path", ["/graphql", "/admin/graphql"])
@pytest.mark.parametrize("place", BODIES)
def test_deep_json_is_refused(service: Service, place: str, path: str):
    for depth, (opening, closing) in itertools.product(DEPTHS, SHAPES.values()):
        body = BODIES[place] % nested(depth, opening, closing)
        if len(body) > 100 * 1024:
            continue
        answer = service.post(body, path)
        assert (answer.status_code, code_of(answer.json())) == (400, "BAD_USER_INPUT"), (place, depth, opening)
        assert len(answer.content) < 300


LITERALS = {
    "a JSON scalar": 'mutation {{ configurationUpdate(input: {{values: [{{path: \\"mail.shop_name\\", value: {0}}}]}}) {{ __typename }} }}',
    "an input object": "mutation {{ configurationUpdate(input: {0}) {{ __typename }} }}",
    "an id": "{{ node(id: {0}) {{ __typename }} }}",
    "a list of ids": "{{ nodes(ids: {0}) {{ __typename }} }}",
    "a default": "query Q($ids: [ID!]! = {0}) {{ nodes(ids: $ids) {{ __typename }} }}",
    "a directive": "{{ __typename @include(if: {0}) }}",
    "a type": "query Q($ids: {1}) {{ __typename }}",
}


@pytest.mark.parametrize("path", ["/graphql", "/admin/graphql"])
@pytest.mark.parametrize("place", LITERALS)
def test_a_deep_value_in_a_document_is_refused(service: Service, place: str, path: str):
    """Before it is known who asks: nobody gets further with a token."""
    for depth, (opening, closing) in itertools.product((33, 100, 300, 480, 900, 5_000), (("[", "]"), ("{a:", "}"))):
        value = opening * depth + "1" + closing * depth
        text = LITERALS[place].format(value, "[" * depth + "ID" + "]" * depth)
        answer = service.post(b'{"query":"%s"}' % text.encode(), path)
        assert answer.status_code in (200, 400), (place, depth, opening, answer.text)
        assert code_of(answer.json()) in {
            "GRAPHQL_VALIDATION_FAILED",
            "GRAPHQL_PARSE_FAILED",
            "QUERY_TOO_COMPLEX",
            "BAD_USER_INPUT",
        }, (place, depth, opening, answer.text)


SET = "mutation S($input: ConfigurationUpdateInput!) { configurationUpdate(input: $input) { userErrors { path } } }"


async def test_the_deepest_values_allowed_are_answered(admin_client: Client):
    deepest: Any = "1"
    for _ in range(MAX_NESTING - 4):  # `variables`, `input`, `values` and each value are levels too
        deepest = [deepest]
    given = {"values": [{"path": "mail.shop_name", "value": deepest}]}
    in_variables = (await admin_client.data(SET, input=given))["configurationUpdate"]["userErrors"]
    literal = json.dumps(deepest)
    text = f'mutation {{ configurationUpdate(input: {{values: [{{path: "mail.shop_name", value: {literal}}}]}}) {{ userErrors {{ path }} }} }}'
    assert in_variables == (await admin_client.data(text))["configurationUpdate"]["userErrors"] != []
