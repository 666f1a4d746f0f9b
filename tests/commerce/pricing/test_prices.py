"""The final price equals a plain model in decimals of the major unit (docs/domain/pricing.md#pricing-1)."""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, strategies as st

from customer_gql.commerce.pricing.prices import PriceFact, PriceKind, explain_price, find_unit_price, take_off
from customer_gql.core.money import minor_digits, to_major_units
from customer_gql.shop.settings.time_zones import find_local_date

CURRENCIES = st.sampled_from(["USD", "JPY", "BHD"])
AMOUNTS = st.integers(0, 10**12)
PERCENTS = st.decimals("0.001", "100", places=3)
QUANTITIES = st.integers(1, 10_000)
FIXED = st.builds(lambda kind, amount: (kind, amount, None, 1), st.sampled_from(["SPECIAL", "CATALOG_RULE"]), AMOUNTS)
TIERS = st.one_of(
    st.builds(lambda amount, quantity: ("TIER", amount, None, quantity), AMOUNTS, QUANTITIES),
    st.builds(lambda percent, quantity: ("TIER", None, percent, quantity), PERCENTS, QUANTITIES),
)


def model(currency, base, others, quantity):
    """In major units, by the words of the rule."""
    step = Decimal(1).scaleb(-minor_digits(currency))
    base = Decimal(base) * step
    prices = [base]
    for _, amount, percent, since in others:
        if since > quantity:
            continue
        if amount is not None:
            prices.append(Decimal(amount) * step)
        else:
            left = base * (100 - percent) / 100
            prices.append((left / step).quantize(Decimal(1), ROUND_HALF_UP) * step)
    return min(prices)


@given(CURRENCIES, AMOUNTS, st.lists(st.one_of(FIXED, TIERS), max_size=6), QUANTITIES, st.lists(AMOUNTS, max_size=3))
def test_the_price_equals_the_model(currency, base, others, quantity, options):
    facts = [PriceFact("BASE", base), *[PriceFact(*other) for other in others]]
    explained = explain_price(reversed(facts), quantity)
    assert explained is not None
    assert to_major_units(explained.winner.amount, currency) == model(currency, base, others, quantity)
    assert explained.winner in explained.candidates
    assert [one.kind for one in explained.candidates] == [
        kind for kind in PriceKind if kind in {one.kind for one in explained.candidates}
    ]
    assert find_unit_price(facts, quantity, options) == explained.winner.amount + sum(options)


@pytest.mark.parametrize(
    ("amount", "percent", "left"),
    [(1999, "50", 1000), (1, "50", 1), (3, "50", 2), (1990, "12.5", 1741), (100, "33.333", 67), (7, "100", 0)],
)
def test_what_is_left_is_rounded_half_up(amount, percent, left):
    assert take_off(amount, Decimal(percent)) == left


def test_of_equal_prices_the_first_kind_wins():
    facts = [PriceFact(kind, 5) for kind in ("CATALOG_RULE", "SPECIAL", "TIER", "BASE")]
    explained = explain_price(facts, 1)
    assert explained is not None
    assert explained.winner.kind is PriceKind.BASE


def test_without_a_base_price_there_is_none():
    assert explain_price([], 1) is None
    assert find_unit_price([PriceFact("BASE", None), PriceFact("SPECIAL", 5)], 1) is None


def test_a_time_at_an_end_of_the_calendar_has_a_day_in_every_zone():
    first, last = dt.datetime(1, 1, 1, tzinfo=dt.UTC), dt.datetime(9999, 12, 31, 23, 59, tzinfo=dt.UTC)
    for zone, time in (("America/New_York", first), ("Asia/Tokyo", last)):
        assert find_local_date(zone, time) == time.date()
