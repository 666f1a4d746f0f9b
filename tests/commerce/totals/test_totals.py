"""Totals equal a plain model in decimals, in three currencies, with and without tax in the prices (docs/domain/totals.md#totals-2)."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from customer_gql.commerce.pricing.cart_rules.discounts import CartRule
from customer_gql.commerce.pricing.cart_rules.facts import CartFacts, CartRow
from customer_gql.commerce.taxes.computing import AppliedRate
from customer_gql.commerce.totals.steps import TOTALS, Totals, TotalsFacts, TotalsStep, compute_totals, order_steps
from customer_gql.core.money import minor_digits

CURRENCIES = ("USD", "JPY", "BHD")
percents = st.decimals(0, 100, places=3)
rates = st.lists(st.tuples(st.integers(0, 2), st.decimals(0, 30, places=2)), max_size=3)
rows = st.lists(st.tuples(st.integers(0, 99_999), st.integers(1, 12), rates), min_size=1, max_size=5)
rules = st.lists(
    st.tuples(
        st.sampled_from(["PERCENT", "FIXED_PER_ITEM", "FIXED_CART", "BUY_X_GET_Y"]),
        percents,
        st.integers(0, 5_000),
        st.integers(0, 3),
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.none() | st.integers(1, 6),
    ),
    max_size=4,
)


def half_up(amount: Decimal, unit: Decimal) -> Decimal:
    return (amount / unit).quantize(Decimal(1), ROUND_HALF_UP) * unit


class Model:
    """The rules of part 4 of the issue, in amounts as people write them."""

    def __init__(self, unit: Decimal, includes_tax: bool) -> None:
        self.unit = unit
        self.includes_tax = includes_tax

    def discounts(self, cart: Any, given_rules: Any, shipping: Decimal) -> tuple[list[Decimal], Decimal]:
        taken, off = [Decimal(0)] * len(cart), Decimal(0)
        totals = [price * quantity for price, quantity, _ in cart]
        for action, percent, amount, _, stops, on_shipping, free, most in sorted(given_rules, key=lambda one: one[3]):
            fixed = amount * self.unit
            left = [total - one for total, one in zip(totals, taken, strict=True)]
            counted = [quantity if most is None else min(quantity, most) for _, quantity, _ in cart]
            if action == "PERCENT":
                new = [
                    half_up(rest * count / cart[place][1] * percent / 100, self.unit)
                    for place, (rest, count) in enumerate(zip(left, counted, strict=True))
                ]
            elif action == "FIXED_PER_ITEM":
                new = [min(rest, fixed * count) for rest, count in zip(left, counted, strict=True)]
            elif action == "FIXED_CART":
                new = self.share(min(fixed, sum(left, Decimal(0))), left)
            else:
                new = [
                    min(rest, count // 3 * price)
                    for (price, _, _), rest, count in zip(cart, left, counted, strict=True)
                ]
            taken = [old + one for old, one in zip(taken, new, strict=True)]
            rest = shipping - off
            off += (
                rest if free else half_up(rest * percent / 100, self.unit) if on_shipping and action == "PERCENT" else 0
            )
            if stops:
                break
        return taken, off

    def share(self, amount: Decimal, values: list[Decimal]) -> list[Decimal]:
        whole = sum(values, Decimal(0))
        if not whole:
            return [Decimal(0)] * len(values)
        units, weights = int(amount / self.unit), [int(value / self.unit) for value in values]
        floors = [units * weight // sum(weights) for weight in weights]
        order = sorted(range(len(weights)), key=lambda place: -(units * weights[place] % sum(weights)))
        for place in order[: units - sum(floors)]:
            floors[place] += 1
        return [floor * self.unit for floor in floors]

    def tax(self, amount: Decimal, its_rates: Any) -> Decimal:
        if self.includes_tax:
            factor = Decimal(1)
            for priority in sorted({one[0] for one in its_rates}):
                factor *= 1 + sum((percent for at, percent in its_rates if at == priority), Decimal(0)) / 100
            return half_up(amount - amount / factor, self.unit)
        tax = Decimal(0)
        for priority in sorted({one[0] for one in its_rates}):
            base = amount + tax
            tax += sum(half_up(base * percent / 100, self.unit) for at, percent in its_rates if at == priority)
        return tax


def to_rates(its_rates: Any) -> list[AppliedRate]:
    return [AppliedRate(priority, str(place), percent) for place, (priority, percent) in enumerate(sorted(its_rates))]


@pytest.mark.parametrize("includes_tax", [False, True], ids=["added", "included"])
@pytest.mark.parametrize("currency", CURRENCIES)
@settings(max_examples=150, deadline=None)
@given(rows, rules, st.integers(0, 9_999), rates)
def test_totals_are_those_of_a_plain_model(
    includes_tax: bool, currency: str, cart: Any, given_rules: Any, shipping: int, shipping_rates: Any
):
    digits = minor_digits(currency)
    unit = Decimal(1).scaleb(-digits)
    facts = TotalsFacts(
        CartFacts([CartRow(price, quantity, "sku") for price, quantity, _ in cart], shipping),
        digits,
        [
            CartRule(
                id=place,
                priority=priority,
                action=action,
                amount={"PERCENT": percent, "BUY_X_GET_Y": Decimal(1)}.get(action, Decimal(amount)),
                stops_further_rules=stops,
                buy_quantity=2 if action == "BUY_X_GET_Y" else None,
                max_quantity=most,
                applies_to_shipping=on_shipping,
                gives_free_shipping=free,
            )
            for place, (action, percent, amount, priority, stops, on_shipping, free, most) in enumerate(given_rules)
        ],
        [to_rates(its) for *_, its in cart],
        to_rates(shipping_rates),
        includes_tax,
    )
    found = compute_totals(facts)
    model = Model(unit, includes_tax)
    shown = [(price * unit, quantity, its) for price, quantity, its in cart]
    discounts, off = model.discounts(shown, given_rules, shipping * unit)
    assert [one * unit for one in found.row_discounts] == discounts
    totals = [price * quantity for price, quantity, _ in shown]
    left = [total - discount for total, discount in zip(totals, discounts, strict=True)]
    taxes = [model.tax(rest, its) for rest, (*_, its) in zip(left, shown, strict=True)]
    freight = shipping * unit - off
    freight_tax = model.tax(freight, shipping_rates)
    assert found.tax_total * unit == sum(taxes, freight_tax)
    if includes_tax:
        assert found.grand_total * unit == sum(left, freight)
        full = [total - model.tax(total, its) for total, (*_, its) in zip(totals, shown, strict=True)]
        assert found.subtotal * unit == sum(full)
        assert found.shipping_total * unit == freight - freight_tax
    else:
        assert found.grand_total * unit == sum(left, freight) + sum(taxes, freight_tax)
        assert found.subtotal * unit == sum(totals)
        assert found.shipping_total * unit == freight
        assert found.discount_total * unit == sum(discounts)
    added = found.subtotal - found.discount_total + found.shipping_total + found.tax_total + found.other_total
    assert found.grand_total == found.amount_due == added
    assert min(found.subtotal, found.discount_total, found.shipping_total, found.tax_total, found.grand_total) >= 0


def test_a_declared_step_comes_right_behind_the_one_it_names():
    def nothing(_facts: TotalsFacts, _totals: Totals) -> None:
        pass

    points, credit = TotalsStep("POINTS", "GRAND_TOTAL", nothing), TotalsStep("CREDIT", "POINTS", nothing)
    codes = [step.code for step in order_steps([credit, *TOTALS, points])]
    assert codes == ["SUBTOTAL", "DISCOUNT", "SHIPPING", "TAX", "GRAND_TOTAL", "POINTS", "CREDIT", "AMOUNT_DUE"]
    with pytest.raises(ValueError, match="NOWHERE"):
        order_steps([*TOTALS, TotalsStep("NOWHERE", "UNKNOWN", nothing)])
