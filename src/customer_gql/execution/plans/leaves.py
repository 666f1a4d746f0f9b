"""Leaves by the column: a whole level's values of one field at once.

Where every value has the type that the scalar gives back as it is, nothing is called for each of them; whatever is
unusual goes through the scalar's own coercion, value by value, as in the reference executor.
"""

import datetime as dt
from collections.abc import Callable, Sequence
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

from .running import GaveUp

Column = Sequence[Any]
Convert = Callable[[Column], Column]

_AS_IT_IS: Final = {GraphQLString: str, GraphQLID: str, GraphQLBoolean: bool}


def column_of(leaf: GraphQLLeafType, *, nullable: bool) -> Convert:
    """How a column of this scalar or enum is shown."""
    each = _each(leaf, nullable=nullable)
    if isinstance(leaf, GraphQLEnumType):
        return _enum(leaf, each, nullable=nullable)
    if leaf is GraphQLInt:
        return _int(each, nullable=nullable)
    if leaf in _AS_IT_IS:
        return _unchanged(_AS_IT_IS[leaf], each, nullable=nullable)
    if leaf.coerce_output_value is str:
        return _called({str: str, Decimal: str}, each)
    if leaf.coerce_output_value is isoformat:
        return _called({dt.datetime: dt.datetime.isoformat, dt.date: dt.date.isoformat}, each)
    return each


def _each(leaf: GraphQLLeafType, *, nullable: bool) -> Convert:
    coerce = leaf.coerce_output_value

    def shown(value: Any) -> Any:
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

    return lambda values: [shown(value) for value in values]


def _unchanged(kind: type, each: Convert, *, nullable: bool) -> Convert:
    only, with_null = {kind}, {kind, type(None)}

    def convert(values: Column) -> Column:
        kinds = set(map(type, values))
        return values if kinds == only or (nullable and kinds <= with_null) else each(values)

    return convert


def _int(each: Convert, *, nullable: bool) -> Convert:
    only, with_null = {int}, {int, type(None)}

    def convert(values: Column) -> Column:
        kinds = set(map(type, values))
        if kinds == only:
            given = values
        elif nullable and kinds <= with_null:
            given = [value for value in values if value is not None] or [0]
        else:
            return each(values)
        return values if min(given) >= GRAPHQL_MIN_INT and max(given) <= GRAPHQL_MAX_INT else each(values)

    return convert


def _called(calls: dict[type, Callable[[Any], str]], each: Convert) -> Convert:
    def convert(values: Column) -> Column:
        kinds = set(map(type, values))
        call = calls.get(kinds.pop()) if len(kinds) == 1 else None
        return each(values) if call is None else list(map(call, values))

    return convert


class _Names(dict[Any, str | None]):
    """Names of an enum's values, each looked up in the enum once."""

    def __init__(self, leaf: GraphQLEnumType) -> None:
        super().__init__()
        self._coerce = leaf.coerce_output_value

    def __missing__(self, value: Any) -> str | None:
        name = self._coerce(value)
        if name is None:
            raise GaveUp
        self[value] = name
        return name


def _enum(leaf: GraphQLEnumType, each: Convert, *, nullable: bool) -> Convert:
    names = _Names(leaf)
    if nullable:
        names[None] = None
    plain = {str, type(None)} if nullable else {str}

    def convert(values: Column) -> Column:
        # Only text is remembered: equal values of other types, as 1 and True, may be different members.
        return list(map(names.__getitem__, values)) if set(map(type, values)) <= plain else each(values)

    return convert
