"""Scalars, money fields and enums of the graph."""

import enum
from collections.abc import Mapping
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final, NewType, TypeVar

import strawberry
from strawberry.types.scalar import ScalarDefinition

from customer_gql.core.money import to_major_units

from .strict_scalars import STRICT_SCALARS

CurrencyCode = NewType("CurrencyCode", str)


@strawberry.type(description="An exact amount in one currency.")
class Money:
    amount: Decimal = strawberry.field(
        description="Amount in the currency's major unit, with its minor digits: `19.90`."
    )
    currency: CurrencyCode = strawberry.field(description="ISO 4217 code.")


class DeclaredMoney:
    """The declaration left on a money field: the columns that hold the minor units and the currency."""

    __slots__ = ("_values", "columns")

    def __init__(self, amount: str, currency: str) -> None:
        self.columns = (amount, currency)
        self._values = attrgetter(amount, currency)

    def of(self, row: Any) -> Money | None:
        amount, currency = self._values(row)
        return (
            None if amount is None else Money(amount=to_major_units(amount, currency), currency=CurrencyCode(currency))
        )


def show_money(amount: int, currency: str) -> Money:
    """Of minor units."""
    return Money(amount=to_major_units(amount, currency), currency=CurrencyCode(currency))


def money(description: str, *, amount: str, currency: str = "currency", admin: bool = False) -> Any:
    """A field made of two columns of the row: minor units, and their currency."""
    declared = DeclaredMoney(amount, currency)

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


SCALARS: Final[dict[object, ScalarDefinition]] = {
    **STRICT_SCALARS,
    CurrencyCode: strawberry.scalar(
        name="CurrencyCode",
        description="ISO 4217 currency code, as `EUR`.",
        specified_by_url="https://www.iso.org/iso-4217-currency-codes.html",
        serialize=str,
    ),
}
