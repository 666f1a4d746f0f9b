"""The tax of an amount as a pure function of rules and an address (docs/domain/taxes.md#taxes-4).

Amounts are minor units of one currency. Each rate of a row is rounded for itself, a half up.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from .postcodes import Fit, fit_postcode


class TaxAddress(NamedTuple):
    """`region_code` is a code of ISO 3166-2."""

    country_code: str
    region_code: str | None = None
    postcode: str | None = None


class RateFacts(NamedTuple):
    id: int
    code: str
    country_code: str
    region_code: str | None
    postcode: str | None
    percent: Decimal


class RuleFacts(NamedTuple):
    """A rule for the classes in question, with all its rates."""

    id: int
    priority: int
    rates: Sequence[RateFacts]


class AppliedRate(NamedTuple):
    """Rates of one priority add up; those of a later one are taken of the amount with the earlier tax."""

    priority: int
    code: str
    percent: Decimal


class TaxLine(NamedTuple):
    code: str
    percent: Decimal
    amount: int


def find_applied_rates(rules: Iterable[RuleFacts], address: TaxAddress) -> list[AppliedRate]:
    """Of each rule the rate that fits the address most closely, in the order in which they apply."""
    applied: list[AppliedRate] = []
    for rule in sorted(rules, key=lambda one: (one.priority, one.id)):
        fits = [(fit, -rate.id, rate) for rate in rule.rates if (fit := _fit_address(rate, address)) is not None]
        if fits:
            rate = max(fits)[2]
            applied.append(AppliedRate(rule.priority, rate.code, rate.percent))
    return applied


def _fit_address(rate: RateFacts, address: TaxAddress) -> tuple[Fit, bool] | None:
    """A postcode is closer than a region, and a region than the country."""
    if rate.country_code != address.country_code:
        return None
    if rate.region_code is not None and rate.region_code != address.region_code:
        return None
    fit = fit_postcode(rate.postcode, address.postcode)
    return None if fit is None else (fit, rate.region_code is not None)


def add_tax(net: int, rates: Sequence[AppliedRate]) -> list[TaxLine]:
    """The tax on an amount without tax, by rate."""
    lines: list[TaxLine] = []
    base, before, priority = net, net, None
    for rate in rates:
        if rate.priority != priority:
            base, priority = before, rate.priority
        amount = round_half_up(Fraction(base) * Fraction(rate.percent) / 100)
        lines.append(TaxLine(rate.code, rate.percent, amount))
        before += amount
    return lines


def extract_tax(gross: int, rates: Sequence[AppliedRate]) -> list[TaxLine]:
    """The tax in an amount with tax, by rate. The whole is rounded once, a half up, and shared by what each rate would be, the largest
    remainder first and of equal ones the earlier rate, so that amount and tax stay exact."""
    shares = _find_shares(rates)
    if not shares:
        return []
    exact = [Fraction(gross) * share for share in shares]
    whole = round_half_up(sum(exact, Fraction()))
    amounts = [amount.numerator // amount.denominator for amount in exact]
    by_remainder = sorted(range(len(exact)), key=lambda place: (amounts[place] - exact[place], place))
    for place in by_remainder[: whole - sum(amounts)]:
        amounts[place] += 1
    return [TaxLine(rate.code, rate.percent, amount) for rate, amount in zip(rates, amounts, strict=True)]


def _find_shares(rates: Sequence[AppliedRate]) -> list[Fraction]:
    """The part of an amount with tax that each rate is."""
    taxes: list[Fraction] = []
    base, before, priority = Fraction(1), Fraction(1), None
    for rate in rates:
        if rate.priority != priority:
            base, priority = before, rate.priority
        tax = base * Fraction(rate.percent) / 100
        taxes.append(tax)
        before += tax
    return [tax / before for tax in taxes]


def round_half_up(amount: Fraction) -> int:
    """Of amounts that are not negative."""
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)
