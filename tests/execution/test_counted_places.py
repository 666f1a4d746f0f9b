"""Limits count what stands in fragments and variables, wherever it is written."""

from typing import Any

import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, parse

from customer_gql.core.errors import BadInput
from customer_gql.core.text import MAX_TEXT
from customer_gql.execution.limits.size import (
    DocumentMeasurement,
    QueryTooComplex,
    fragments_of,
    validate_mutations,
)
from customer_gql.execution.limits.text import MAX_NESTING, TextLimits, validate_variable_texts
from customer_gql.schema import admin
from customer_gql.settings import AdminSettings, StorefrontSettings

GRAPH: GraphQLSchema = admin.schema._schema
LIMITS = StorefrontSettings()  # pyright: ignore[reportCallIssue]
ADMIN_LIMITS = AdminSettings()  # pyright: ignore[reportCallIssue]


def measure(text: str) -> None:
    DocumentMeasurement(parse(text)).validate_limits(LIMITS)


def marks(number: int) -> str:
    return "@skip(if: false) " * number


DIRECTIVES = {
    "a field": "{{ me {0} {{ id }} }}",
    "an operation": "query {0} {{ me {{ id }} }}",
    "a variable": "query ($a: Int {0}) {{ me {{ id }} }}",
    "a second variable": "query ($a: Int, $b: Int {0}) {{ me {{ id }} }}",
    "a spread": "{{ me {{ ...f {0} }} }} fragment f on Customer {{ id }}",
    "a fragment": "{{ me {{ ...f }} }} fragment f on Customer {0} {{ id }}",
    "a field of a fragment": "{{ me {{ ...f }} }} fragment f on Customer {{ id {0} }}",
    "an inline fragment": "{{ me {{ ... {0} {{ id }} }} }}",
    "a fragment that nobody spreads": "{{ me {{ id }} }} fragment f on Customer {0} {{ id }}",
    "a field below": "{{ me {{ group {{ name {0} }} }} }}",
}


@pytest.mark.parametrize("place", DIRECTIVES)
def test_directives_are_counted_at(place: str):
    measure(DIRECTIVES[place].format(marks(LIMITS.directives)))
    with pytest.raises(QueryTooComplex, match=f"has {LIMITS.directives + 1} directives"):
        measure(DIRECTIVES[place].format(marks(LIMITS.directives + 1)))


def test_directives_of_all_places_are_counted_together():
    share = marks(LIMITS.directives // 4)
    text = f"query ($a: Int {share}) {share} {{{{ me {{{{ ...f {share} {{0}} }}}} }}}} fragment f on Customer {share} {{{{ id }}}}"
    measure(text.format(""))
    with pytest.raises(QueryTooComplex, match=f"has {LIMITS.directives + 1} directives"):
        measure(text.format("name @skip(if: false)"))


def nested(levels: int) -> str:
    return "a { " * (levels - 1) + "a" + " }" * (levels - 1)


DEPTHS = {
    "a field": "{{ {0} }}",
    "a spread": "{{ ...f }} fragment f on Query {{ {0} }}",
    "a spread in a spread": "{{ ...g }} fragment g on Query {{ ...f }} fragment f on Query {{ {0} }}",
    "an inline fragment": "{{ ... {{ {0} }} }}",
    "a fragment that nobody spreads": "{{ a }} fragment f on Query {{ {0} }}",
}


@pytest.mark.parametrize("place", DEPTHS)
def test_levels_are_counted_in(place: str):
    measure(DEPTHS[place].format(nested(LIMITS.depth)))
    with pytest.raises(QueryTooComplex, match=f"has {LIMITS.depth + 1} levels"):
        measure(DEPTHS[place].format(nested(LIMITS.depth + 1)))


@pytest.mark.parametrize("place", DEPTHS)
def test_fields_are_counted_in(place: str):
    def fields(number: int) -> str:
        return " ".join("abcdefghijklmnopqrstuvwxyz"[i % 26] + str(i // 26) for i in range(number))

    measure(DEPTHS[place].format(fields(LIMITS.fields)))
    with pytest.raises(QueryTooComplex, match=f"has {LIMITS.fields + 1} fields"):
        measure(DEPTHS[place].format(fields(LIMITS.fields + 1)))


EDIT = 'customerQuickEdit(input: {id: "x"}) { changedFields }'
RESET = 'customerResetPassword(input: {id: "x"}) { expiresAt }'
MUTATIONS = {
    "the operation": "mutation {{ {0} }}",
    "a spread": "mutation {{ ...f }} fragment f on Mutation {{ {0} }}",
    "a spread in a spread": "mutation {{ ...g }} fragment g on Mutation {{ ...f }} fragment f on Mutation {{ {0} }}",
    "an inline fragment": "mutation {{ ... {{ {0} }} }}",
    "several places": "mutation {{ z: __typename ... {{ ...f }} }} fragment f on Mutation {{ ... on Mutation {{ {0} }} }}",
}


def check_mutations(text: str) -> None:
    ast = parse(text)
    operation = next(node for node in ast.definitions if isinstance(node, OperationDefinitionNode))
    assert GRAPH.mutation_type is not None
    validate_mutations(operation, GRAPH.mutation_type, fragments_of(ast), ADMIN_LIMITS)


@pytest.mark.parametrize("place", MUTATIONS)
def test_mutations_are_counted_in(place: str):
    def edits(number: int) -> str:
        return " ".join(f"a{i}: {EDIT}" for i in range(number))

    check_mutations(MUTATIONS[place].format(edits(ADMIN_LIMITS.mutations)))
    with pytest.raises(QueryTooComplex, match=f"at most {ADMIN_LIMITS.mutations} mutations"):
        check_mutations(MUTATIONS[place].format(edits(ADMIN_LIMITS.mutations + 1)))
    check_mutations(MUTATIONS[place].format(RESET))
    with pytest.raises(QueryTooComplex, match="customerResetPassword must be the only mutation"):
        check_mutations(MUTATIONS[place].format(f"{RESET} b: {EDIT}"))


VALUES = {
    "a text": ("String", lambda text: text, "$v"),
    "an item": ("[String!]", lambda text: ["a", text], "$v[1]"),
    "an item of an item": ("[[String]]", lambda text: [["a"], [text]], "$v[1][0]"),
    "a field of an input": ("CustomerQuickEditInput", lambda text: {"id": "x", "firstName": text}, "$v.firstName"),
    "a field of a JSON": ("JSON", lambda text: {"a": [{"b": text}]}, "$v.a[0].b"),
    "a key of a JSON": ("JSON", lambda text: {text: 1}, "$v"),
    "an unknown field": ("CustomerQuickEditInput", lambda text: {"unknown": {"a": text}}, "$v.unknown.a"),
}


@pytest.mark.parametrize("place", VALUES)
def test_texts_of_variables_are_bounded_in(place: str):
    kind, build, path = VALUES[place]
    ast = parse(f"query ($v: {kind}) {{ __typename }}")
    limits = TextLimits(GRAPH).validate_literals(ast)[None]
    validate_variable_texts(limits, {"v": build("x" * MAX_TEXT)})
    validate_variable_texts(limits, {"other": build("x" * (MAX_TEXT + 1))})
    with pytest.raises(BadInput) as refused:
        validate_variable_texts(limits, {"v": build("x" * (MAX_TEXT + 1))})
    assert str(refused.value).startswith(f"{path}: ")


LITERALS: dict[str, Any] = {
    "an argument": '{{ customer(id: "{0}") {{ id }} }}',
    "a field of an input": 'mutation {{ customerQuickEdit(input: {{id: "x", firstName: "{0}"}}) {{ changedFields }} }}',
    "a fragment": '{{ ...f }} fragment f on Query {{ customer(id: "{0}") {{ id }} }}',
    "a default": 'query ($v: ID = "{0}") {{ customer(id: "x") {{ id }} }}',
    "a list": '{{ nodes(ids: ["a", "{0}"]) {{ id }} }}',
}


@pytest.mark.parametrize("place", LITERALS)
def test_texts_of_a_document_are_bounded_in(place: str):
    TextLimits(GRAPH).validate_literals(parse(LITERALS[place].format("x" * MAX_TEXT)))
    with pytest.raises(BadInput, match="a text of the document: "):
        TextLimits(GRAPH).validate_literals(parse(LITERALS[place].format("x" * (MAX_TEXT + 1))))


def test_nesting_is_counted_for_each_value():
    def value(levels: int) -> str:
        return "[" * levels + "]" * levels

    TextLimits(GRAPH).validate_literals(parse(f"{{ a(x: {value(MAX_NESTING)}, y: {value(MAX_NESTING)}) }}"))
    with pytest.raises(BadInput, match=f"nested deeper than {MAX_NESTING} levels"):
        TextLimits(GRAPH).validate_literals(parse(f"{{ a(x: {value(MAX_NESTING + 1)}) }}"))
