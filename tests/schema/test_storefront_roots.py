"""Every root of the storefront says who may call it, and keeps to it."""

import pytest
from graphql import GraphQLNonNull, build_schema, is_required_argument

from customer_gql.core.ids import encode_id
from customer_gql.schema import storefront

FIELDS = [
    field
    for root in (storefront.schema.query, storefront.schema.mutation)
    for field in root.__strawberry_definition__.fields  # pyright: ignore
]
OWN = [field for field in FIELDS if field.metadata.get("viewer") == "customer"]
SHOWN = build_schema(storefront.schema.as_str())
MUTATION = SHOWN.mutation_type


def test_every_mutation_declares_its_viewer():
    mutations = storefront.schema.mutation.__strawberry_definition__.fields  # pyright: ignore
    assert [field.name for field in mutations if field.metadata.get("viewer") not in {"guest", "customer"}] == []


def test_no_root_takes_a_customer():
    for kind in (SHOWN.query_type, MUTATION):
        assert kind is not None
        for name, field in kind.fields.items():
            assert not {argument for argument in field.args if "customer" in argument.lower()}, name


def sample(kind):
    """A value of an input's required fields."""
    values = {"ID": encode_id("adr", 1, 1), "String": "x", "Boolean": True, "Int": 1, "CompanyPermission": "CHECKOUT"}
    values["WishlistVisibility"] = "PUBLIC"
    fields = kind.fields.items()
    return {
        n: value(f.type.of_type, values)
        for n, f in fields
        if isinstance(f.type, GraphQLNonNull) and not f.default_value
    }


def value(kind, values):
    if hasattr(kind, "of_type"):
        return [value(kind.of_type.of_type, values)]
    return sample(kind) if hasattr(kind, "fields") else values[kind.name]


@pytest.mark.parametrize("field", OWN, ids=lambda field: field.name)
async def test_a_guest_is_refused_or_reads_null(field, storefront):
    name = "".join(part.title() if i else part for i, part in enumerate(field.python_name.split("_")))
    assert MUTATION is not None
    found = MUTATION.fields.get(name)
    if found is None:
        assert SHOWN.query_type is not None
        required = [
            key for key, argument in SHOWN.query_type.fields[name].args.items() if is_required_argument(argument)
        ]
        given = ", ".join([f'{key}: "x"' for key in required])
        arguments = f"({given})" if given else ""
        assert await storefront.answer(f"{{ {name}{arguments} {{ __typename }} }}") == {"data": {name: None}}
        return
    if "input" in found.args:
        kind = found.args["input"].type.of_type
        document = f"mutation M($input: {kind.name}!) {{ {name}(input: $input) {{ userErrors {{ code }} }} }}"
        answer = await storefront.answer(document, input=sample(kind))
    else:
        answer = await storefront.answer(f"mutation {{ {name} {{ userErrors {{ code }} }} }}")
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
