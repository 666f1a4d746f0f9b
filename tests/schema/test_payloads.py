"""What clients build on in both schemas: payloads that lead back to the root, and scalars that say what they are."""

from pathlib import Path

import pytest
from graphql import GraphQLScalarType, get_named_type, is_specified_scalar_type

from customer_gql.graph.strict_scalars import SPECIFICATIONS
from customer_gql.schema import admin, storefront

DOCS = Path(__file__).parents[2] / "docs"
SCHEMAS = {"admin": admin.schema._schema, "storefront": storefront.schema._schema}


@pytest.mark.parametrize("audience", SCHEMAS)
def test_every_payload_has_the_query_root_of_its_own_schema(audience):
    schema = SCHEMAS[audience]
    assert schema.mutation_type
    assert schema.query_type
    for name, field in schema.mutation_type.fields.items():
        payload = get_named_type(field.type)
        assert str(payload.fields["query"].type) == "Query!", name
        assert get_named_type(payload.fields["query"].type) is schema.query_type, name


@pytest.mark.parametrize("audience", SCHEMAS)
def test_every_scalar_names_its_specification(audience):
    own = [
        kind
        for kind in SCHEMAS[audience].type_map.values()
        if isinstance(kind, GraphQLScalarType) and not is_specified_scalar_type(kind)
    ]
    assert own
    headings = (DOCS / "scalars.md").read_text(encoding="utf-8").lower()
    for scalar in own:
        url = scalar.specified_by_url
        assert url, scalar.name
        assert f"`{scalar.name.lower()}`" in headings, scalar.name
        if url.startswith(SPECIFICATIONS):
            assert f"## {url.partition('#')[2]}\n" in headings, url


def test_a_decimal_is_said_to_be_a_string():
    assert "JSON string" in (SCHEMAS["admin"].type_map["Decimal"].description or "")
