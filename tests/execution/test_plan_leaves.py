"""Leaves of compiled plans: values of the usual class are answered without a call for each of them."""

from typing import Any

import pytest
from graphql import GraphQLEnumType, GraphQLLeafType, GraphQLScalarType

from customer_gql.execution.plans.generated.leaves import leaf_expression
from customer_gql.schema import admin, storefront

# Arbitrary JSON has no usual class.
_WITHOUT_FAST_PATH = {"JSON"}
_LEAVES = {
    name: leaf
    for schema in (storefront.schema, admin.schema)
    for name, leaf in schema._schema.type_map.items()
    if isinstance(leaf, GraphQLScalarType | GraphQLEnumType) and name not in _WITHOUT_FAST_PATH
}


def _name_constant(value: Any) -> str:
    return getattr(value, "__name__", "constant")


@pytest.mark.parametrize("leaf", _LEAVES.values(), ids=list(_LEAVES))
def test_usual_values_of_a_leaf_take_no_call(leaf: GraphQLLeafType) -> None:
    expression = leaf_expression(leaf, "row.column", _name_constant, nullable=True)  # pyright: ignore[reportArgumentType]
    assert "if type(v := row.column) is " in expression, expression
