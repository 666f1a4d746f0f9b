"""Scalars and enums: a value of the expected class is used as it is, any other goes through the type's own coercion."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from graphql import (
    GRAPHQL_MAX_INT,
    GRAPHQL_MIN_INT,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLString,
    Undefined,
)

from customer_gql.execution.plans.errors import FallBack
from customer_gql.graph.access.guards import mask_value

from .functions import AttributeAccess, Constants, FieldExpression

LeafSerializer = Callable[[Any], Any]

UNCHANGED: Final[dict[Any, type]] = {GraphQLString: str, GraphQLID: str, GraphQLBoolean: bool}
# Left as they are: the JSON encoder writes the same text, and faster.
TIMES: Final[dict[Any, type]] = {dt.date.isoformat: dt.date, dt.datetime.isoformat: dt.datetime}
_INT_RANGE: Final = f"{GRAPHQL_MIN_INT} <= v <= {GRAPHQL_MAX_INT}"


def leaf_serializer(leaf: GraphQLLeafType, *, nullable: bool) -> LeafSerializer:
    """Completes a leaf as the reference executor does."""
    coerce = leaf.coerce_output_value

    def serialize_leaf(value: Any) -> Any:
        if value is None or value is Undefined:
            if nullable:
                return None
            raise FallBack
        if isinstance(value, Exception):
            raise value
        coerced = coerce(value)
        if coerced is None or coerced is Undefined:
            raise FallBack
        return coerced

    return serialize_leaf


@dataclass(frozen=True, slots=True)
class AttributeExpression:
    """The expression of a leaf field that is an attribute of the object."""

    leaf: GraphQLLeafType
    attribute: str
    nullable: bool

    def __call__(self, access: AttributeAccess, constants: Constants) -> str:
        return leaf_expression(self.leaf, access(self.attribute), constants, nullable=self.nullable)


def leaf_expression(leaf: GraphQLLeafType, value: str, constants: Constants, *, nullable: bool) -> str:
    """The same as `leaf_serializer`, as an expression; `value` is the source of the value."""
    otherwise = f"{constants(leaf_serializer(leaf, nullable=nullable))}(v)"

    def fast_path(value_class: type, result: str, condition: str = "") -> str:
        return f"({result} if type(v := {value}) is {constants(value_class)}{condition} else {otherwise})"

    if isinstance(leaf, GraphQLEnumType):
        # Only text is looked up: equal values of other classes, such as 1 and True, may be different members.
        return fast_path(str, f"{constants(_EnumNames(leaf))}[v]")
    if leaf is GraphQLInt:
        return fast_path(int, "v", f" and {_INT_RANGE}")
    if leaf in UNCHANGED:
        return fast_path(UNCHANGED[leaf], "v")
    if leaf.coerce_output_value is str:
        return fast_path(Decimal, "str(v)") if leaf.name == "Decimal" else fast_path(str, "v")
    if leaf.coerce_output_value in TIMES:
        return fast_path(TIMES[leaf.coerce_output_value], "v")
    return f"{constants(leaf_serializer(leaf, nullable=nullable))}({value})"


@dataclass(frozen=True, slots=True)
class MaskedExpression:
    """The expression of a personal text, for viewers who may not see it."""

    inner: FieldExpression

    def __call__(self, access: AttributeAccess, constants: Constants) -> str:
        return f"{constants(mask_value)}({self.inner(access, constants)})"


class _EnumNames(dict[str, str]):
    """Names by enum value, each looked up in the enum once."""

    def __init__(self, leaf: GraphQLEnumType) -> None:
        self._coerce = leaf.coerce_output_value

    def __missing__(self, value: str) -> str:
        name = self._coerce(value)
        if name is None:
            raise FallBack
        self[value] = name
        return name
