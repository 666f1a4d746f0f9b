"""What a cart or an order comes to, computed by steps that slices declare (docs/domain/totals.md#totals-1).

Amounts are minor units of one currency. Pure: a step knows nothing but the facts and what earlier steps found.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from customer_gql.commerce.pricing.cart_rules.discounts import CartRule, find_discounts
from customer_gql.commerce.pricing.cart_rules.facts import CartFacts
from customer_gql.commerce.taxes.computing import AppliedRate, TaxLine, add_tax, extract_tax


@dataclass(frozen=True, slots=True)
class TotalsFacts:
    """`row_rates` are the tax rates of each row of the cart, in its order, and `digits` those of the currency's minor unit."""

    cart: CartFacts
    digits: int
    rules: Sequence[CartRule] = ()
    row_rates: Sequence[Sequence[AppliedRate]] = ()
    shipping_rates: Sequence[AppliedRate] = ()
    includes_tax: bool = False
    """Whether prices and the price of shipping include tax."""


@dataclass(slots=True)
class Totals:
    """`grand_total` is always `subtotal - discount_total + shipping_total + tax_total + other_total`."""

    subtotal: int = 0
    discount_total: int = 0
    shipping_total: int = 0
    tax_total: int = 0
    other_total: int = 0
    grand_total: int = 0
    amount_due: int = 0
    row_discounts: list[int] = field(default_factory=list[int])
    """As they are taken off the rows that shoppers see."""
    row_taxes: list[list[TaxLine]] = field(default_factory=list[list[TaxLine]])
    shipping_taxes: list[TaxLine] = field(default_factory=list[TaxLine])
    rule_ids: list[int] = field(default_factory=list[int])
    """Of the price rules that took anything off."""


class TotalsStep(NamedTuple):
    """`after` is the code of the step that it comes right behind, before those that were declared earlier."""

    code: str
    after: str | None
    run: Callable[[TotalsFacts, Totals], None]


def _add_subtotal(facts: TotalsFacts, totals: Totals) -> None:
    totals.subtotal = facts.cart.subtotal


def _take_discounts(facts: TotalsFacts, totals: Totals) -> None:
    found = find_discounts(facts.rules, facts.cart, facts.digits)
    totals.row_discounts, totals.rule_ids = found.rows, found.rule_ids
    totals.discount_total = sum(found.rows)
    totals.shipping_total = -found.shipping


def _add_shipping(facts: TotalsFacts, totals: Totals) -> None:
    """The discount of shipping makes it cheaper, and is no part of `discount_total`."""
    totals.shipping_total += facts.cart.shipping


def _add_taxes(facts: TotalsFacts, totals: Totals) -> None:
    compute = extract_tax if facts.includes_tax else add_tax
    rows = zip(facts.cart.rows, totals.row_discounts, facts.row_rates, strict=True)
    totals.row_taxes = [compute(row.total - discount, rates) for row, discount, rates in rows]
    totals.shipping_taxes = compute(totals.shipping_total, facts.shipping_rates)
    totals.tax_total = sum(line.amount for lines in (*totals.row_taxes, totals.shipping_taxes) for line in lines)
    if facts.includes_tax:
        _leave_out_included_tax(facts, totals)


def _leave_out_included_tax(facts: TotalsFacts, totals: Totals) -> None:
    """Subtotal and shipping are stored without tax, that of the subtotal is the tax of the full rows. The discount is what is left, so
    that the sum which the shopper pays is that of the prices shown."""
    paid = totals.subtotal - totals.discount_total + totals.shipping_total
    rows = zip(facts.cart.rows, facts.row_rates, strict=True)
    totals.subtotal -= sum(line.amount for row, rates in rows for line in extract_tax(row.total, rates))
    totals.shipping_total -= sum(line.amount for line in totals.shipping_taxes)
    totals.discount_total = totals.subtotal + totals.shipping_total + totals.tax_total - paid


def _add_up(_facts: TotalsFacts, totals: Totals) -> None:
    taken = totals.subtotal - totals.discount_total
    totals.grand_total = taken + totals.shipping_total + totals.tax_total + totals.other_total


def _set_amount_due(_facts: TotalsFacts, totals: Totals) -> None:
    totals.amount_due = totals.grand_total


TOTALS: Final = [
    TotalsStep("SUBTOTAL", None, _add_subtotal),
    TotalsStep("DISCOUNT", "SUBTOTAL", _take_discounts),
    TotalsStep("SHIPPING", "DISCOUNT", _add_shipping),
    TotalsStep("TAX", "SHIPPING", _add_taxes),
    TotalsStep("GRAND_TOTAL", "TAX", _add_up),
    TotalsStep("AMOUNT_DUE", "GRAND_TOTAL", _set_amount_due),
]
"""Slices add steps. One between two of these names the first as `after`, and comes right behind it."""


def order_steps(steps: Sequence[TotalsStep]) -> list[TotalsStep]:
    """Each behind the one that it names. Raises `ValueError` for a step behind an unknown one."""
    ordered = [step for step in steps if step.after is None]
    waiting = [step for step in steps if step.after is not None]
    while waiting:
        known = {step.code: place for place, step in enumerate(ordered)}
        step = next((one for one in waiting if one.after in known), None)
        if step is None:
            raise ValueError(f"Steps of totals follow unknown ones: {[one.code for one in waiting]}.")
        waiting.remove(step)
        ordered.insert(known[step.after or ""] + 1, step)
    return ordered


def compute_totals(facts: TotalsFacts, steps: Sequence[TotalsStep] | None = None) -> Totals:
    totals = Totals()
    for step in order_steps(TOTALS if steps is None else steps):
        step.run(facts, totals)
    return totals
