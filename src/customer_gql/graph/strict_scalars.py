"""Scalars that take one spelling of a value, where the libraries would take many."""

import datetime as dt
import decimal
import re
from collections.abc import Callable
from typing import Any, Final

import strawberry
from graphql import (
    FloatValueNode,
    GraphQLError,
    GraphQLInt,
    IntValueNode,
    StringValueNode,
    ValueNode,
    value_from_ast_untyped,
)
from graphql.type.scalars import coerce_int
from strawberry.exceptions import StrawberryInputCoercionError
from strawberry.types.scalar import ScalarDefinition

from customer_gql.core.money import parse_decimal
from customer_gql.core.values.times import parse_date, parse_time


def _parse_text(parse: Callable[[str], Any]) -> Callable[[Any], Any]:
    """The parser of a scalar that is sent as a text."""

    def parse_value(value: Any) -> Any:
        if not isinstance(value, str):
            raise StrawberryInputCoercionError("Write the value as a text.")
        try:
            return parse(value)
        except ValueError as error:
            raise StrawberryInputCoercionError(str(error)) from None

    return parse_value


def _parse_node(parse: Callable[[Any], Any]) -> Callable[..., Any]:
    """The same for a value in the document; the error tells where it stands."""

    def parse_literal(node: ValueNode, _variables: Any = None) -> Any:
        try:
            return parse(value_from_ast_untyped(node))
        except GraphQLError as error:
            raise StrawberryInputCoercionError(error.message, node) from None

    return parse_literal


def _parse_number(value: Any) -> decimal.Decimal:
    # A JSON number with a fraction or an exponent was rounded before it got here.
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise StrawberryInputCoercionError('Write a decimal number as a JSON string, like "19.90".')
    return _parse_decimal_text(str(value))


def _parse_number_literal(node: ValueNode, _variables: Any = None) -> decimal.Decimal:
    # From the digits of the document: a float in between would round them.
    if not isinstance(node, (StringValueNode, IntValueNode, FloatValueNode)):
        raise StrawberryInputCoercionError("Write a decimal number.", node)
    try:
        return _parse_decimal_text(node.value)
    except GraphQLError as error:
        raise StrawberryInputCoercionError(error.message, node) from None


class BigInt(int):
    """A whole number of 63 bits, as versions of other programs are."""


MAX_BIG_INT: Final = 2**63 - 1
_DIGITS: Final = re.compile("0|[1-9][0-9]{0,18}")


def _parse_big_integer(value: Any) -> BigInt:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if not is_number and not (isinstance(value, str) and _DIGITS.fullmatch(value)):
        raise StrawberryInputCoercionError("Write a whole number in digits alone, as a JSON string or an integer.")
    if not 0 <= int(value) <= MAX_BIG_INT:
        raise StrawberryInputCoercionError(f"Write a whole number from 0 to {MAX_BIG_INT}.")
    return BigInt(value)


def _parse_big_integer_literal(node: ValueNode, _variables: Any = None) -> BigInt:
    if not isinstance(node, (StringValueNode, IntValueNode)):
        raise StrawberryInputCoercionError("Write a whole number.", node)
    try:
        return _parse_big_integer(int(node.value) if isinstance(node, IntValueNode) else node.value)
    except GraphQLError as error:
        raise StrawberryInputCoercionError(error.message, node) from None


def _parse_integer(value: Any) -> int:
    """The library also takes `1.0` and `1e2` in variables, where the parser of JSON may have rounded a fraction away."""
    if isinstance(value, float):
        raise GraphQLError("Write a whole number in digits alone, without a fraction or an exponent.")
    return coerce_int(value)


# The scalar of the library itself: introspection and plans compare by identity.
GraphQLInt.parse_value = GraphQLInt.coerce_input_value = _parse_integer

_parse_decimal_text = _parse_text(parse_decimal)

SPECIFICATIONS: Final = "https://github.com/customer-gql/customer-gql/blob/main/docs/scalars.md"

STRICT_SCALARS: Final[dict[object, ScalarDefinition]] = {
    BigInt: strawberry.scalar(
        name="BigInt",
        description="A whole number from 0 to 9223372036854775807. Answers hold it as a JSON string, so that no digit is lost; inputs "
        "take a JSON string or an integer.",
        specified_by_url=f"{SPECIFICATIONS}#bigint",
        serialize=str,
        parse_value=_parse_big_integer,
        parse_literal=_parse_big_integer_literal,
    ),
    dt.date: strawberry.scalar(
        name="Date",
        description="A day of the calendar, as `2024-01-31`; no other spelling is taken.",
        specified_by_url="https://scalars.graphql.org/andimarek/local-date.html",
        serialize=dt.date.isoformat,
        parse_value=_parse_text(parse_date),
        parse_literal=_parse_node(_parse_text(parse_date)),
    ),
    dt.datetime: strawberry.scalar(
        name="DateTime",
        description="A moment, as `2024-01-31T09:30:00+00:00`. Its zone is required: `Z`, or an offset like `+02:00`.",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time.html",
        serialize=dt.datetime.isoformat,
        parse_value=_parse_text(parse_time),
        parse_literal=_parse_node(_parse_text(parse_time)),
    ),
    decimal.Decimal: strawberry.scalar(
        name="Decimal",
        description="A decimal number of at most 40 characters, as `-19.90`. Answers hold it as a JSON string, so that "
        "no digit is lost; inputs take a JSON string or an integer, and no other JSON number.",
        specified_by_url=f"{SPECIFICATIONS}#decimal",
        serialize=str,
        parse_value=_parse_number,
        parse_literal=_parse_number_literal,
    ),
}
