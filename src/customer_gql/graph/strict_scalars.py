"""Scalars that take one spelling of a value, where the libraries would take many."""

import datetime as dt
import decimal
from collections.abc import Callable
from typing import Any, Final

import strawberry
from graphql import FloatValueNode, IntValueNode, StringValueNode, ValueNode
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


def _parse_number(value: Any) -> decimal.Decimal:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise StrawberryInputCoercionError("Write a decimal number as a text.")
    return _parse_decimal_text(str(value))


def _parse_number_literal(node: ValueNode, _variables: Any = None) -> decimal.Decimal:
    # From the digits of the document: a float in between would round them.
    if not isinstance(node, (StringValueNode, IntValueNode, FloatValueNode)):
        raise StrawberryInputCoercionError("Write a decimal number.")
    return _parse_decimal_text(node.value)


_parse_decimal_text = _parse_text(parse_decimal)

SPECIFICATIONS: Final = "https://github.com/customer-gql/customer-gql/blob/main/docs/scalars.md"

STRICT_SCALARS: Final[dict[object, ScalarDefinition]] = {
    dt.date: strawberry.scalar(
        name="Date",
        description="A day of the calendar, as `2024-01-31`; no other spelling is taken.",
        specified_by_url="https://scalars.graphql.org/andimarek/local-date.html",
        serialize=dt.date.isoformat,
        parse_value=_parse_text(parse_date),
    ),
    dt.datetime: strawberry.scalar(
        name="DateTime",
        description="A moment, as `2024-01-31T09:30:00+00:00`. Its zone is required: `Z`, or an offset like `+02:00`.",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time.html",
        serialize=dt.datetime.isoformat,
        parse_value=_parse_text(parse_time),
    ),
    decimal.Decimal: strawberry.scalar(
        name="Decimal",
        description="A decimal number of at most 40 characters, as `-19.90`. Answers hold it as a JSON string, so that "
        "no digit is lost; inputs also take a JSON number.",
        specified_by_url=f"{SPECIFICATIONS}#decimal",
        serialize=str,
        parse_value=_parse_number,
        parse_literal=_parse_number_literal,
    ),
}
