"""Scalars of the graph, and money: integer minor units inside, an exact decimal and a currency outside."""

import enum
from collections.abc import Mapping
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final, NewType, TypeVar

import strawberry
from graphql import GraphQLError, GraphQLID, GraphQLScalarType, GraphQLString, ValueNode
from strawberry.types.scalar import ScalarDefinition

from .errors import RuleError

CurrencyCode = NewType("CurrencyCode", str)
MAX_AMOUNT: Final = Decimal(1_000_000_000)

# Currencies whose minor unit is not a hundredth (ISO 4217).
_MINOR_DIGITS: Final = dict.fromkeys(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "UYI",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ],
    0,
) | dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3)


def minor_digits(currency: str) -> int:
    return _MINOR_DIGITS.get(currency, 2)


def major(amount: int, currency: str) -> Decimal:
    """12345 minor units of USD are 123.45."""
    return Decimal(amount).scaleb(-minor_digits(currency))


def minor(amount: Decimal, currency: str) -> int:
    """123.45 USD are 12345 minor units; halves go to the even neighbour, as in bookkeeping."""
    return int(amount.scaleb(minor_digits(currency)).to_integral_value())


def major_text(amount: int, currency: str) -> str:
    """`major` as the graph prints it, without a detour through a decimal."""
    digits = minor_digits(currency)
    if not digits:
        return str(amount)
    text = str(abs(amount)).rjust(digits + 1, "0")
    return f"{'-' if amount < 0 else ''}{text[:-digits]}.{text[-digits:]}"


def exact_minor(amount: Decimal, currency: str, *, path: list[str]) -> int:
    """An amount somebody typed, in minor units: not zero, no finer than the currency's, at most 10^9 major units."""
    if not amount.is_finite() or abs(amount) > MAX_AMOUNT:
        raise RuleError(f"An amount is a number of at most {MAX_AMOUNT:,}.", path=path)
    scaled = amount.scaleb(minor_digits(currency))
    if scaled == 0 or scaled != scaled.to_integral_value():
        raise RuleError(f"An amount in {currency} has {minor_digits(currency)} decimals and is not zero.", path=path)
    return int(scaled)


@strawberry.type(description="An exact amount in one currency.")
class Money:
    amount: Decimal = strawberry.field(description="In the currency's major unit, with its minor digits: `19.90`.")
    currency: CurrencyCode = strawberry.field(description="ISO 4217 code.")


class Amount:
    """The declaration left on a money field: the columns that hold the minor units and the currency."""

    __slots__ = ("_values", "columns")

    def __init__(self, amount: str, currency: str) -> None:
        self.columns = (amount, currency)
        self._values = attrgetter(amount, currency)

    def of(self, row: Any) -> Money | None:
        amount, currency = self._values(row)
        return None if amount is None else Money(amount=major(amount, currency), currency=CurrencyCode(currency))


def money(description: str, *, amount: str, currency: str = "currency", admin: bool = False) -> Any:
    """A field made of two columns of the row: minor units, and their currency."""
    declared = Amount(amount, currency)

    def resolve(root: strawberry.Parent[Any]):  # noqa: ANN202 - the annotation of the field decides
        return declared.of(root)

    metadata = {"money": declared, **({"audience": "admin"} if admin else {})}
    return strawberry.field(resolver=resolve, description=description, metadata=metadata)


E_ = TypeVar("E_", bound=enum.Enum)


def graph_enum(cls: type[E_], description: str, values: Mapping[str, str], name: str | None = None) -> type[E_]:
    """Show a domain enum in the graph, each value described; a value without description fails at import."""
    shown = strawberry.enum(cls, name=name, description=description)
    for value in shown.__strawberry_definition__.values:  # pyright: ignore
        value.description = values[value.name]  # pyright: ignore
    return shown


def guard(scalar: GraphQLScalarType) -> None:
    """Refuse what PostgreSQL cannot store and nobody types. The built-in scalars are single objects of the process
    that no schema may replace, so their parsers are wrapped where they are."""
    parse_value, parse_literal = scalar.parse_value, scalar.parse_literal

    def from_value(value: Any) -> Any:
        return _checked(parse_value(value))

    def from_literal(node: ValueNode, variables: dict[str, Any] | None = None) -> Any:
        return _checked(parse_literal(node, variables))

    scalar.parse_value = from_value
    scalar.parse_literal = from_literal


def storable(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _checked(text: Any) -> Any:
    if isinstance(text, str) and not storable(text):
        raise GraphQLError("Text cannot hold NUL or a lone surrogate.", extensions={"code": "BAD_USER_INPUT"})
    return text


guard(GraphQLString)
guard(GraphQLID)

SCALARS: Final[dict[object, ScalarDefinition]] = {
    CurrencyCode: strawberry.scalar(
        name="CurrencyCode", description="ISO 4217 currency code, as `EUR`.", serialize=str
    ),
}
