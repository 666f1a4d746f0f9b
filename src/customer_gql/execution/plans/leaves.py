"""Scalars and enums: a value of the type that is usual is shown at once, any other by the scalar's own coercion."""

import datetime as dt
from collections.abc import Callable
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
from strawberry.schema.types.base_scalars import isoformat

from .arguments import GaveUp
from .writing import Constants

Show = Callable[[Any], Any]

_AS_IT_IS: Final = {GraphQLString: str, GraphQLID: str, GraphQLBoolean: bool}
_IN_RANGE: Final = f"{GRAPHQL_MIN_INT} <= v <= {GRAPHQL_MAX_INT}"


def shown_by(leaf: GraphQLLeafType, *, nullable: bool) -> Show:
    """As the reference executor completes a leaf."""
    coerce = leaf.coerce_output_value

    def show(value: Any) -> Any:
        if value is None or value is Undefined:
            if nullable:
                return None
            raise GaveUp
        if isinstance(value, Exception):
            raise value
        coerced = coerce(value)
        if coerced is None or coerced is Undefined:
            raise GaveUp
        return coerced

    return show


def text_of(leaf: GraphQLLeafType, value: str, constants: Constants, *, nullable: bool) -> str:
    """An expression for the same, in which `value` is the text of the value."""
    any_other = f"{constants(shown_by(leaf, nullable=nullable))}(v)"

    def when(kind: type, then: str, condition: str = "") -> str:
        return f"({then} if type(v := {value}) is {constants(kind)}{condition} else {any_other})"

    if isinstance(leaf, GraphQLEnumType):
        # Only text is looked up: equal values of other types, as 1 and True, may be different members.
        return when(str, f"{constants(_Names(leaf))}[v]")
    if leaf is GraphQLInt:
        return when(int, "v", f" and {_IN_RANGE}")
    if leaf in _AS_IT_IS:
        return when(_AS_IT_IS[leaf], "v")
    if leaf.coerce_output_value is str:
        return when(Decimal, "str(v)") if leaf.name == "Decimal" else when(str, "v")
    if leaf.coerce_output_value is isoformat:
        # As it is: the answer's encoder writes what `isoformat` writes, and faster.
        return when(dt.date if leaf.name == "Date" else dt.datetime, "v")
    return f"{constants(shown_by(leaf, nullable=nullable))}({value})"


class _Names(dict[str, str]):
    """Names of an enum's values, each looked up in the enum once."""

    def __init__(self, leaf: GraphQLEnumType) -> None:
        super().__init__()
        self._coerce = leaf.coerce_output_value

    def __missing__(self, value: str) -> str:
        name = self._coerce(value)
        if name is None:
            raise GaveUp
        self[value] = name
        return name
