"""The schema files tell the truth, everything in them is described, and nothing of the admin is on the storefront."""

import itertools
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    build_schema,
    find_breaking_changes,
    is_introspection_type,
    is_specified_scalar_type,
)

from customer_gql.core.permissions import ALL_PERMISSIONS
from customer_gql.graph.nodes import NodeId, nodes_of
from customer_gql.graph.roots import ADMIN
from customer_gql.schema import admin, storefront
from customer_gql.schema.customer import Customer
from customer_gql.schema.order import Order

ROOT = Path(__file__).parents[2]
FILES = {"schema.graphql": admin.schema, "schema.storefront.graphql": storefront.schema}


@pytest.mark.slow
@pytest.mark.parametrize("audience", ["admin", "storefront"])
def test_a_schema_is_the_same_whatever_was_imported_before(audience: str):
    program = f"from customer_gql.schema import {audience}; print({audience}.schema.as_str())"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert done.stderr == ""
    assert done.stdout == {"admin": admin, "storefront": storefront}[audience].schema.as_str() + "\n"


@pytest.mark.parametrize("file", FILES)
def test_the_committed_file_is_what_the_types_say(file):
    assert FILES[file].as_str() == (ROOT / file).read_text().rstrip("\n"), "run: make schema"


@pytest.mark.parametrize("file", FILES)
def test_nothing_breaks_those_who_built_on_the_committed_file(file):
    committed = build_schema((ROOT / file).read_text())
    generated = build_schema(FILES[file].as_str())
    assert [change.description for change in find_breaking_changes(committed, generated)] == []


@pytest.mark.parametrize("file", FILES)
def test_every_type_field_argument_and_value_is_described(file):
    assert list(undescribed(build_schema(FILES[file].as_str()))) == []


def undescribed(schema):
    for name, kind in schema.type_map.items():
        if is_introspection_type(kind) or is_specified_scalar_type(kind):
            continue
        if not kind.description:
            yield name
        if isinstance(kind, GraphQLEnumType):
            yield from (f"{name}.{value}" for value, it in kind.values.items() if not it.description)
        if isinstance(kind, GraphQLInputObjectType):
            yield from (f"{name}.{field}" for field, it in kind.fields.items() if not it.description)
        if isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType)):
            for field, it in kind.fields.items():
                if not it.description:
                    yield f"{name}.{field}"
                yield from (f"{name}.{field}({arg}:)" for arg, a in it.args.items() if not a.description)


@pytest.mark.parametrize("kind", [Customer, Order])
def test_no_two_sections_define_one_field(kind):
    """Of two bases with one field, the first would win without a word."""
    own = {base: set(base.__annotations__) for base in kind.__bases__}
    for one, other in itertools.combinations(own, 2):
        assert not own[one] & own[other], (one, other)


def test_every_admin_root_declares_its_permission():
    roots: list[Any] = [admin.schema.query, admin.schema.mutation]
    for root in roots:
        for field in root.__strawberry_definition__.fields:
            permission, viewer = field.metadata.get("permission"), field.metadata.get("viewer")
            said = {
                "staff": "For every signed-in staff user",
                "guest": "Needs no token.",
                "list": "that of the list.",
                "owner": "For every staff user and service, on what is theirs",
                "anyone": "",
            }
            assert (permission is None) != (viewer is None), field.name
            assert permission is None or permission in ALL_PERMISSIONS, field.name
            expected = f"Permission: `{permission}`" if permission else said[str(viewer)]
            assert expected in (field.description or ""), field.name


def test_what_is_marked_for_the_admin_is_absent_from_the_storefront():
    marked = [
        (getattr(kind, "name", ""), field.python_name)
        for kind in admin_types()
        for field in getattr(kind, "fields", ())
        if field.metadata.get("audience") == ADMIN["audience"]
    ]
    assert ("Order", "sales_representative") in marked
    shown = build_schema(storefront.schema.as_str())
    assert "StaffUser" not in shown.type_map
    on_storefront = {
        (getattr(kind, "name", ""), field.graphql_name)
        for kind in admin_types()
        for field in getattr(kind, "fields", ())
        if field.metadata.get("audience") == "storefront"
    }
    assert ("Customer", "orders") in on_storefront
    for kind, field in marked:
        if (kind, field) in on_storefront or (kind, camel(field)) in on_storefront:
            continue
        assert camel(field) not in getattr(shown.type_map.get(kind), "fields", {}), (kind, field)


def admin_types():
    for concrete in admin.schema.schema_converter.type_map.values():
        if getattr(concrete.definition, "name", None) not in {"Query", "Mutation"}:
            yield concrete.definition  # scalars and enums have no fields


def camel(name):
    head, *tail = name.split("_")
    return head + "".join(word.title() for word in tail)


def test_every_type_with_an_id_is_found_by_it():
    for schema in FILES.values():
        built = build_schema(schema.as_str())
        node = built.type_map["Node"]
        assert isinstance(node, GraphQLInterfaceType)
        implementing = {kind.name for kind in built.get_implementations(node).objects}
        assert {name for name, _ in nodes_of(schema).values()} == implementing
        assert all(isinstance(declared, NodeId) for _, declared in nodes_of(schema).values())
