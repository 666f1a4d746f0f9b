"""Arguments and variables: the same values as graphql-core's, however they are written."""

from typing import Any

import pytest
from graphql import FieldNode, GraphQLError, OperationDefinitionNode, parse
from graphql.execution.values import VariableValues, get_argument_values, get_variable_values

from customer_gql.execution.plans.errors import FallBack
from customer_gql.execution.plans.running.arguments import FieldArguments, OperationVariables
from support.plan_shapes import SHAPES

DECLARED = """query ($n: Int, $m: Int = 3, $need: Int!, $s: String = "d", $c: Color = BLUE, $l: [String!], $w: Wish) {
    %s { name } }"""
FIELDS = {
    "nothing given": ("shout", True),
    "literals": ('shout(someWord: "w", times: 1, color: BLUE)', True),
    "null": ("shout(someWord: null)", True),
    "a list": ("colors(given: [RED, BLUE])", True),
    "an object": ('wish(given: {words: ["a"], times: 2})', True),
    "a variable": ("shout(times: $need)", False),
    "a nullable variable": ("shout(times: $n)", False),
    "a variable with a default": ("shout(times: $m, someWord: $s, color: $c)", False),
    "a variable beside literals": ('shout(someWord: "w", times: $n, color: RED)', False),
    "a variable for a renamed argument": ("shout(someWord: $s)", False),
    "a variable in a list": ("colors(given: [RED, $c])", False),
    "a variable in an object": ("wish(given: {words: [$s], times: $n})", False),
    "a variable deep in an object": ("wish(given: {words: [$s]})", False),
    "a variable for a list": ("wish(given: {words: $l})", False),
    "a variable for an object": ("wish(given: $w)", False),
    "a required variable argument": ("wish(given: $w, )", False),
    "an object beside a variable": ("wish(given: {words: [], color: $c})", False),
}
GIVEN: list[dict[str, Any]] = [
    {"need": 1},
    {"need": 1, "n": 5, "m": 6, "s": "x", "c": "RED", "l": ["p"], "w": {"words": ["q"]}},
    {"need": 0, "n": None, "m": None, "s": None, "c": None, "l": None, "w": None},
    {"need": 1, "l": [], "w": {"words": "one", "color": "BLUE", "times": None}},
]


def parse_field(text: str) -> tuple[OperationDefinitionNode, FieldNode]:
    operation = parse(DECLARED % text).definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    field = operation.selection_set.selections[0]
    assert isinstance(field, FieldNode)
    return operation, field


def reference_values(definition: Any, node: FieldNode, variables: VariableValues) -> Any:
    """None where graphql-core refuses them."""
    try:
        return get_argument_values(definition, node, variables)
    except GraphQLError:
        return None


@pytest.mark.parametrize("case", FIELDS)
def test_arguments_have_the_values_of_the_reference(case: str):
    text, is_constant = FIELDS[case]
    operation, node = parse_field(text)
    definition: Any = SHAPES.type_map["Thing"].fields[node.name.value]  # pyright: ignore
    arguments = FieldArguments(definition, node)
    assert (arguments.constant is not None) is is_constant
    refused = 0
    for given in GIVEN:
        variables = get_variable_values(SHAPES, operation.variable_definitions or (), given)
        assert isinstance(variables, VariableValues)
        expected = reference_values(definition, node, variables)
        if is_constant:
            assert arguments.constant == expected
        elif expected is None:
            refused += 1
            with pytest.raises((FallBack, GraphQLError)):
                arguments.coerce_values(variables)
        else:
            assert arguments.coerce_values(variables) == expected
    assert refused < len(GIVEN)


VARIABLES = {
    "none": ("", [{}, {"x": 1}]),
    "a leaf": ("$n: Int", [{}, {"n": 1}, {"n": None}, {"n": "x"}, {"n": 2**31}, {"x": 1}]),
    "a required leaf": ("$n: Int!", [{}, {"n": 1}, {"n": None}, {"n": "x"}]),
    "a default": ("$n: Int = 3", [{}, {"n": 1}, {"n": None}, {"n": 0}]),
    "a required default": ("$n: Int! = 3", [{}, {"n": 1}, {"n": None}]),
    "a null default": ("$n: Int = null", [{}, {"n": 1}]),
    "enums": ("$c: Color, $d: Color! = BLUE", [{}, {"c": "RED"}, {"c": "red"}, {"d": "RED", "c": None}, {"d": None}]),
    "scalars": (
        "$a: Decimal, $m: DateTime",
        [{"a": "1.5"}, {"a": "1_0"}, {"m": "2026-01-02T00:00:00Z"}, {"m": "2026"}],
    ),
    "a list": ("$l: [Int!], $n: Int", [{}, {"l": [1]}, {"l": 1}, {"l": [None], "n": 1}, {"l": ["x"]}, {"l": None}]),
    "a required list": ("$l: [Int]!", [{}, {"l": []}, {"l": [None]}, {"l": None}]),
    "an object": ("$w: Wish", [{}, {"w": {"words": ["a"]}}, {"w": {}}, {"w": {"words": "a", "color": "BLUE"}}]),
    "an unknown type": ("$u: Unknown, $n: Int", [{"u": 1, "n": 1}]),
    "a type that is no input": ("$t: Thing", [{"t": 1}]),
}


@pytest.mark.parametrize("case", VARIABLES)
def test_variables_have_the_values_of_the_reference(case: str):
    declared, all_given = VARIABLES[case]
    operation = parse(f"query ({declared}) {{ x }}" if declared else "{ x }").definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    variables = OperationVariables(SHAPES, operation.variable_definitions or ())
    for given in all_given:
        expected = get_variable_values(SHAPES, operation.variable_definitions or (), given)
        found = variables.coerce_values(given)
        if not isinstance(expected, VariableValues):
            assert found is None, given
            continue
        assert found is not None, given
        assert found.coerced == expected.coerced
        assert describe_sources(found) == describe_sources(expected)


def describe_sources(values: VariableValues) -> dict[str, tuple[Any, str, str]]:
    return {
        name: (source.value, source.signature.name, str(source.signature.type))
        for name, source in values.sources.items()
    }
