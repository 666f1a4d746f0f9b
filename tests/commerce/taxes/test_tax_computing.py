"""Taxes equal a plain model in decimals of the major unit (docs/domain/taxes.md#taxes-4)."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from customer_gql.commerce.taxes.computing import (
    AppliedRate,
    RateFacts,
    RuleFacts,
    TaxAddress,
    add_tax,
    extract_tax,
    find_applied_rates,
)
from customer_gql.commerce.taxes.postcodes import fit_postcode, is_pattern
from customer_gql.core.money import minor_digits, to_major_units

CURRENCIES = st.sampled_from(["USD", "JPY", "BHD"])
AMOUNTS = st.integers(0, 10**12)
PERCENTS = st.decimals("0", "100", places=4)
RATES = st.lists(st.builds(AppliedRate, st.integers(0, 2), st.sampled_from(["A", "B", "C"]), PERCENTS), max_size=5).map(
    lambda rates: sorted(rates, key=lambda rate: rate.priority)
)


@given(CURRENCIES, AMOUNTS, RATES)
def test_tax_on_an_amount_equals_the_model(currency, net, rates):
    step = Decimal(1).scaleb(-minor_digits(currency))
    total = base = Decimal(net) * step
    expected, level = [], None
    for rate in rates:
        if rate.priority != level:
            base, level = total, rate.priority
        exact = base * rate.percent / 100
        tax = (exact / step).quantize(Decimal(1), ROUND_HALF_UP) * step
        expected.append(tax)
        total += tax
    assert [to_major_units(line.amount, currency) for line in add_tax(net, rates)] == expected


@given(AMOUNTS, RATES)
def test_tax_in_an_amount_is_exact_to_a_half(gross, rates):
    """The whole differs from the exact share by at most half a minor unit, and each line from its own by less than one."""
    factors, level = [], None
    total = base = Fraction(1)
    for rate in rates:
        if rate.priority != level:
            base, level = total, rate.priority
        factors.append(base * Fraction(rate.percent) / 100)
        total += factors[-1]
    lines = extract_tax(gross, rates)
    whole = sum(line.amount for line in lines)
    exact = gross - gross / total
    assert Fraction(-1, 2) < whole - exact <= Fraction(1, 2)
    assert 0 <= whole <= gross
    for line, factor in zip(lines, factors, strict=True):
        assert abs(line.amount - gross * factor / total) < 1


@pytest.mark.parametrize(
    ("gross", "percents", "amounts"),
    [
        (11900, ["19"], [1900]),
        (101, ["1"], [1]),
        (10000, ["8.875"], [815]),
        (100, ["5", "5"], [5, 4]),
        (0, ["19"], [0]),
    ],
)
def test_tax_is_taken_out_of_an_amount(gross, percents, amounts):
    rates = [AppliedRate(0, "T", Decimal(percent)) for percent in percents]
    assert [line.amount for line in extract_tax(gross, rates)] == amounts
    assert extract_tax(gross, []) == add_tax(gross, []) == []


def test_a_later_priority_is_taken_of_the_amount_with_tax():
    rates = [AppliedRate(0, "GST", Decimal(5)), AppliedRate(0, "X", Decimal(1)), AppliedRate(1, "PST", Decimal(10))]
    assert [line.amount for line in add_tax(10000, rates)] == [500, 100, 1060]
    assert [line.amount for line in extract_tax(11660, rates)] == [500, 100, 1060]


@pytest.mark.parametrize(
    ("pattern", "postcode", "fits"),
    [
        (None, None, True),
        ("90210", None, False),
        ("90210", "90210", True),
        ("90210", "90210-1234", True),
        ("902101234", "90210-1234", True),
        ("90211", "90210", False),
        ("902*", "90210", True),
        ("902*", "91210", False),
        ("N1*", "n1 7aa", True),
        ("90000-90999", "90210", True),
        ("90000-90999", "91000", False),
        ("90000-90999", "9021", False),
        ("90000-90999", "N1 7AA", False),
        ("100-0001", "100-0001", True),
        ("100-0001", "1000001", True),
        ("100-0001", "500", False),
        ("999-100", "500", False),
    ],
)
def test_what_a_postcode_of_a_rate_fits(pattern, postcode, fits):
    assert (fit_postcode(pattern, postcode) is not None) is fits


@pytest.mark.parametrize(
    ("pattern", "is_one"), [("*", False), ("", False), ("9*0", False), ("90210", True), ("N1 7*", True), ("é", False)]
)
def test_what_can_be_a_postcode_of_a_rate(pattern, is_one):
    assert is_pattern(pattern) is is_one


def rate(id, region=None, postcode=None, country="US"):
    return RateFacts(id, f"R{id}", country, region, postcode, Decimal(id))


def test_of_each_rule_the_closest_rate_applies():
    rates = [
        rate(1),
        rate(2, "US-CA"),
        rate(3, None, "9*"),
        rate(4, "US-CA", "9*"),
        rate(5, "US-CA", "902*"),
        rate(6, "US-CA", "90000-90999"),
        rate(7, "US-CA", "90200-90299"),
        rate(8, "US-CA", "90210"),
        rate(9, "US-CA", "90210"),
        rate(10, country="DE"),
    ]
    address = TaxAddress("US", "US-CA", "90210")
    closest = [8, 9, 7, 6, 5, 4, 3, 2, 1]
    for place, expected in enumerate(closest):
        left = [one for one in rates if one.id not in closest[:place]]
        assert [one.code for one in find_applied_rates([RuleFacts(1, 0, left)], address)] == [f"R{expected}"]
    assert find_applied_rates([RuleFacts(1, 0, rates[:-1])], TaxAddress("FR")) == []
    several = [
        RuleFacts(2, 0, [rate(1)]),
        RuleFacts(1, 3, [rate(2)]),
        RuleFacts(3, 0, [rate(3)]),
        RuleFacts(4, 0, rates[1:2]),
    ]
    applied = find_applied_rates(several, TaxAddress("US"))
    assert [(one.priority, one.code) for one in applied] == [(0, "R1"), (0, "R3"), (3, "R2")]
