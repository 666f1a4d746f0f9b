"""What the access test needs to know of the graph: the roots, what they take, and documents that ask for everything."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLID,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLUnionType,
    get_named_type,
    is_required_argument,
)

from customer_gql.schema import admin

GRAPH = admin.schema._schema


@dataclass(frozen=True)
class Root:
    operation: str
    name: str
    shape: GraphQLField
    permission: str | None
    viewer: str | None

    def __str__(self) -> str:
        return self.name

    def document(self, given: dict[str, Any], depth: int = 4) -> str:
        names = {name: f"${name}: {argument.type}" for name, argument in self.shape.args.items() if name in given}
        declared = f"({', '.join(names.values())})" if names else ""
        passed = f"({', '.join(f'{name}: ${name}' for name in names)})" if names else ""
        return f"{self.operation} Walk{declared} {{ {self.name}{passed}{selection(self.shape.type, depth)} }}"


def roots() -> list[Root]:
    return [*_roots("query", admin.schema.query), *_roots("mutation", admin.schema.mutation)]


def _roots(operation: str, root: Any) -> Iterator[Root]:
    shapes = GRAPH.query_type if operation == "query" else GRAPH.mutation_type
    assert shapes is not None
    for declared in root.__strawberry_definition__.fields:
        name = admin.schema.config.name_converter.get_graphql_name(declared)
        known = declared.metadata
        yield Root(operation, name, shapes.fields[name], known.get("permission"), known.get("viewer"))


def selection(kind: Any, depth: int) -> str:
    """Everything that needs no argument, so deep; not the query root of a payload, whose fields are walked themselves."""
    named = get_named_type(kind)
    if isinstance(named, (GraphQLScalarType, GraphQLEnumType)):
        return ""
    if isinstance(named, GraphQLUnionType) or depth == 0:
        return " { __typename }"
    assert isinstance(named, (GraphQLObjectType, GraphQLInterfaceType)), named
    parts = ["__typename"]
    for name, inner in named.fields.items():
        if get_named_type(inner.type) is GRAPH.query_type:
            continue
        leaf = isinstance(get_named_type(inner.type), (GraphQLScalarType, GraphQLEnumType))
        if not any(is_required_argument(argument) for argument in inner.args.values()) and (leaf or depth > 1):
            parts.append(f"{name}{selection(inner.type, depth - 1)}")
    return f" {{ {' '.join(parts)} }}"


def ids_taken(root: Root) -> set[str]:
    """Every argument and input field below the root that takes an id, as dotted names."""
    found: set[str] = set()
    for name, argument in root.shape.args.items():
        _ids_below(name, argument.type, found, ())
    return found


def _ids_below(path: str, kind: Any, found: set[str], above: tuple[str, ...]) -> None:
    named = get_named_type(kind)
    if named is GraphQLID:
        found.add(path)
    elif isinstance(named, GraphQLInputObjectType) and named.name not in above:
        for name, inner in named.fields.items():
            _ids_below(f"{path}.{name}", inner.type, found, (*above, named.name))


def ids_given(variables: Any, path: str = "") -> set[str]:
    """The dotted names of everything given, lists left out."""
    if isinstance(variables, dict):
        return {
            inner for name, value in variables.items() for inner in ids_given(value, f"{path}.{name}" if path else name)
        }
    if isinstance(variables, list):
        return set().union({path}, *[ids_given(value, path) for value in variables])
    return {path}


def required(root: Root) -> list[str]:
    return [name for name, argument in root.shape.args.items() if is_required_argument(argument)]


@dataclass
class Ids:
    """Ids by prefix, and which were asked for; `own` ones belong to the one who asks and never stand for a target."""

    by_prefix: dict[str, str]
    own_by_prefix: dict[str, str]
    asked: set[str] = field(default_factory=set)

    def __getitem__(self, prefix: str) -> str:
        assert prefix in self.by_prefix, f"world.py makes nothing with an id that starts with {prefix}_; add one"
        self.asked.add(prefix)
        return self.by_prefix[prefix]

    def own(self, prefix: str) -> str:
        return self.own_by_prefix[prefix]


Sample = Callable[[Ids], dict[str, Any]]
