"""The price of a product as a pure function of what is stored about it (docs/domain/pricing.md#pricing-1).

Amounts are minor units of one currency.
"""

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, NamedTuple


class PriceKind(enum.StrEnum):
    """In the order in which one wins over the next with the same amount."""

    BASE = "BASE"
    TIER = "TIER"
    SPECIAL = "SPECIAL"
    CATALOG_RULE = "CATALOG_RULE"


class PriceFact(NamedTuple):
    """What is stored about a price: a fixed amount or, for a tier, a percentage off the base price."""

    kind: str
    amount: int | None
    percent: Decimal | None = None
    quantity: int = 1
    """From which quantity of a line it applies."""


@dataclass(frozen=True, slots=True)
class PriceCandidate:
    kind: PriceKind
    amount: int


@dataclass(frozen=True, slots=True)
class ExplainedPrice:
    """Every price that applies, in the order of `PriceKind`, and the lowest of them."""

    candidates: Sequence[PriceCandidate]
    winner: PriceCandidate


_HUNDRED: Final = Decimal(100)


def take_share(amount: int, percent: Decimal) -> int:
    """So many percent of an amount, a half rounded up to the next minor unit."""
    return int((amount * percent / _HUNDRED).to_integral_value(ROUND_HALF_UP))


def take_off(amount: int, percent: Decimal) -> int:
    """An amount less so many percent: what is left is rounded, a half up."""
    return take_share(amount, _HUNDRED - percent)


def explain_price(facts: Iterable[Any], quantity: int) -> ExplainedPrice | None:
    """The final price of a unit in a line of this quantity; None without a base price, as then nothing is sold.

    Facts are rows with the attributes of `PriceFact`, of one product, website, group and date.
    """
    known = list(facts)
    base = next((fact.amount for fact in known if fact.kind == PriceKind.BASE), None)
    if base is None:
        return None
    amounts: dict[PriceKind, int] = {}
    for fact in known:
        if fact.quantity <= quantity:
            amount = take_off(base, fact.percent) if fact.amount is None else fact.amount
            kind = PriceKind(fact.kind)
            amounts[kind] = min(amount, amounts.get(kind, amount))
    candidates = [PriceCandidate(kind, amounts[kind]) for kind in PriceKind if kind in amounts]
    return ExplainedPrice(candidates, min(candidates, key=lambda one: one.amount))


def find_unit_price(facts: Iterable[Any], quantity: int, option_prices: Iterable[int] = ()) -> int | None:
    """The final price of a unit with what its chosen options cost."""
    explained = explain_price(facts, quantity)
    return None if explained is None else explained.winner.amount + sum(option_prices)
