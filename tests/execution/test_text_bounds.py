"""No text of a request is normalised, compared or stored before it is bounded."""

import asyncio
import gc
import json
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLInputType,
    GraphQLSchema,
    get_named_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
)

from customer_gql.core.text import MAX_COMBINING_MARKS, MAX_TEXT, find_text_fault
from customer_gql.schema import admin, storefront
from support.clients import Client

AUDIENCES = {"storefront": storefront.schema._schema, "admin": admin.schema._schema}
PATHS = {"storefront": "/graphql", "admin": "/admin/graphql"}
BODY_BYTES = {"storefront": 100 * 1024, "admin": 1024 * 1024}
CPU_SECONDS = 0.05
SIGN_IN = 'mutation($password: String!) { signIn(input: {email: "a@b.example", password: $password}) { userErrors { code } } }'


@pytest.fixture
def longest_step(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """The CPU seconds of the longest step that the event loop took. What was there before is no garbage, as when serving."""
    longest = [0.0]
    gc.collect()
    gc.freeze()
    run = asyncio.events.Handle._run

    def measure(handle: asyncio.Handle) -> None:
        begin = time.thread_time()
        run(handle)
        longest[0] = max(longest[0], time.thread_time() - begin)

    monkeypatch.setattr(asyncio.events.Handle, "_run", measure)
    yield longest
    gc.unfreeze()


def text_places(kind: GraphQLInputType, depth: int = 3) -> Iterator[Any]:
    """Builders of a value with a given text at one place, for every place of a text in a type."""
    if is_non_null_type(kind):
        yield from text_places(kind.of_type, depth)
    elif is_list_type(kind):
        yield from ((lambda text, build=build: [build(text)]) for build in text_places(kind.of_type, depth))
    elif is_input_object_type(kind):
        for name, field in kind.fields.items() if depth else ():
            for build in text_places(field.type, depth - 1):
                yield lambda text, name=name, build=build: {name: build(text)}
    elif get_named_type(kind).name in {"String", "ID", "JSON", "Decimal", "Date", "DateTime"}:
        yield lambda text: text


def root_places(schema: GraphQLSchema) -> Iterator[tuple[str, str, Any]]:
    """A document with the variable `$value`, the type and a builder of its value, for each text of each root field."""
    for word, root in (("query", schema.query_type), ("mutation", schema.mutation_type)):
        assert root is not None
        for name, field in root.fields.items():
            selection = "" if not hasattr(get_named_type(field.type), "fields") else " { __typename }"
            for argument, declared in field.args.items():
                others = {other: arg.type for other, arg in field.args.items() if other != argument}
                variables = "".join(f", ${other}: {kind}" for other, kind in others.items())
                given = "".join(f", {other}: ${other}" for other in others)
                document = (
                    f"{word}($value: {declared.type}{variables}) {{ {name}({argument}: $value{given}){selection} }}"
                )
                for i, build in enumerate(text_places(declared.type)):
                    yield f"{name}.{argument}.{i}", document, build


@pytest.mark.slow
@pytest.mark.parametrize("audience", AUDIENCES)
async def test_largest_body_of_combining_marks_blocks_no_argument(
    audience: str, browser: Any, admin_client: Client, longest_step: list[float]
):
    texts = "e" + "\u0301\u0316" * (BODY_BYTES[audience] // 4 - 500)
    places = list(root_places(AUDIENCES[audience]))
    assert len(places) > 20
    # One address may not send so many large bodies: two guests take turns.
    clients = [admin_client] if audience == "admin" else [await browser(), await browser()]
    for i, (_, document, build) in enumerate(places):
        client = clients[i % len(clients)]
        answer = (await client.post(document, value=build(texts))).json()
        [error] = answer["errors"]
        assert error["extensions"]["code"] == "BAD_USER_INPUT"
        assert re.search(r"characters; at most|combining marks in a row", error["message"])
    assert longest_step[0] < CPU_SECONDS


async def test_many_texts_of_marks_block_nothing(admin_client: Client, longest_step: list[float]):
    text = ("\u0301" * MAX_COMBINING_MARKS + "b") * (MAX_TEXT // (MAX_COMBINING_MARKS + 1))
    answer = await admin_client.answer("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=[text] * 120)
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert longest_step[0] < CPU_SECONDS


async def test_password_of_combining_marks_is_refused_at_once(storefront: Client, longest_step: list[float]):
    answer = await storefront.answer(SIGN_IN, password="\u0301\u0316" * 24_000)
    assert answer == {
        "errors": [
            {
                "message": "$password: The text has 48,000 characters; at most 4,096 are read.",
                "extensions": {"code": "BAD_USER_INPUT"},
            }
        ]
    }
    assert longest_step[0] < CPU_SECONDS


async def test_text_over_its_field_s_limit_is_that_field_s_own_error(storefront: Client):
    answer = await storefront.data(SIGN_IN, password="x" * MAX_TEXT)
    assert answer == {"signIn": {"userErrors": [{"code": "TOO_LONG"}]}}


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b", "e" + "\u0301" * (MAX_COMBINING_MARKS + 1)])
async def test_hostile_text_is_bad_input_in_variables_and_in_literals(storefront: Client, text: str):
    escaped = "".join(c if c.isascii() and c != "\x00" else f"\\u{ord(c):04x}" for c in text)
    literal = SIGN_IN.replace("($password: String!)", "").replace("$password", f'"{escaped}"')
    in_variable, in_literal = (
        await _post_escaped(storefront, SIGN_IN, text),
        await _post_escaped(storefront, literal, None),
    )
    assert [error["extensions"]["code"] for error in in_variable["errors"]] == ["BAD_USER_INPUT"]
    # The parser refuses a lone surrogate by itself.
    expected = "GRAPHQL_PARSE_FAILED" if "\ud800" in text else "BAD_USER_INPUT"
    assert [error["extensions"]["code"] for error in in_literal["errors"]] == [expected]
    assert "data" not in in_variable
    assert "data" not in in_literal


async def test_as_many_marks_as_languages_use_are_taken(storefront: Client):
    answer = await storefront.data(SIGN_IN, password="e" + "\u0301" * MAX_COMBINING_MARKS)
    assert answer["signIn"]["userErrors"]


async def test_large_texts_of_a_mail_are_taken_up_to_four_times_their_limit(admin_client: Client):
    update = 'mutation($html: String!) { mailTemplateUpdate(input: {template: WELCOME, subject: "a", html: $html, text: "b"}) { userErrors { path } } }'
    assert (await admin_client.data(update, html="x" * 240_000))["mailTemplateUpdate"]["userErrors"] == [
        {"path": ["html"]}
    ]
    refused = await admin_client.answer(update, html="x" * 240_001)
    assert refused["errors"][0]["message"] == "$html: The text has 240,001 characters; at most 240,000 are read."


def test_marks_are_counted_in_a_row():
    row = "\u0301" * MAX_COMBINING_MARKS
    assert find_text_fault(f"{row}a{row}") is None
    assert find_text_fault(f"a{row}\u0316") == "Text cannot contain more than 30 combining marks in a row."


async def _post_escaped(client: Client, query: str, password: str | None) -> Any:
    """A body whose text is ASCII, as lone surrogates cannot be sent otherwise."""
    body = {"query": query, "variables": {} if password is None else {"password": password}}
    return (
        await client.http.post(client.path, content=json.dumps(body), headers={"Content-Type": "application/json"})
    ).json()
