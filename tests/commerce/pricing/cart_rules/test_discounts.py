"""Discounts equal a plain model in decimals of the major unit (docs/domain/cart-price-rules.md#cart-price-rules-4)."""

from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

import pytest
from hypothesis import given, strategies as st

from customer_gql.commerce.pricing.cart_rules.conditions import holds_for_cart
from customer_gql.commerce.pricing.cart_rules.discounts import CartRule, find_discounts, share_amount
from customer_gql.commerce.pricing.cart_rules.facts import CartFacts, CartRow
from customer_gql.core.money import minor_digits

CURRENCIES = st.sampled_from(["USD", "JPY", "BHD"])
ROWS = st.lists(
    st.builds(
        CartRow,
        st.integers(0, 10**7),
        st.integers(1, 99),
        st.sampled_from("AB"),
    ),
    min_size=1,
    max_size=5,
)
RULES = st.lists(
    st.fixed_dictionaries(
        {
            "action": st.sampled_from(["PERCENT", "FIXED_PER_ITEM", "FIXED_CART", "BUY_X_GET_Y"]),
            "percent": st.decimals("0", "100", places=3),
            "amount": st.integers(0, 10**7),
            "free": st.integers(1, 4),
            "buy_quantity": st.integers(1, 5),
            "max_quantity": st.one_of(st.none(), st.integers(1, 50)),
            "priority": st.integers(0, 3),
            "stops_further_rules": st.booleans(),
            "applies_to_shipping": st.booleans(),
            "gives_free_shipping": st.booleans(),
            "condition": st.sampled_from([None, {"sku": ["A"]}]),
        }
    ),
    max_size=5,
)


def build(id: int, drawn: dict[str, Any]) -> CartRule:
    amounts = {"PERCENT": drawn["percent"], "BUY_X_GET_Y": Decimal(drawn["free"])}
    shared = {name: drawn[name] for name in CartRule._fields if name in drawn and name not in {"amount", "action"}}
    return CartRule(id, action=drawn["action"], amount=amounts.get(drawn["action"], Decimal(drawn["amount"])), **shared)


def model(rules: list[CartRule], cart: CartFacts, step: Decimal) -> tuple[list[Decimal], Decimal]:
    """In major units, by the words of the rules."""
    left, shipping = [row.total * step for row in cart.rows], cart.shipping * step
    for rule in sorted(rules, key=lambda one: (one.priority, one.id)):
        if rule.condition is not None and not any(row.sku == "A" for row in cart.rows):
            continue
        counted = [min(row.quantity, rule.max_quantity or row.quantity) for row in cart.rows]
        prices = [row.unit_price * step for row in cart.rows]
        match rule.action:
            case "PERCENT":
                parts = [
                    rest * count * rule.amount / (row.quantity * 100)
                    for rest, count, row in zip(left, counted, cart.rows, strict=True)
                ]
                taken = [(part / step).quantize(Decimal(1), ROUND_HALF_UP) * step for part in parts]
            case "FIXED_PER_ITEM":
                taken = [min(rest, rule.amount * step * count) for rest, count in zip(left, counted, strict=True)]
            case "BUY_X_GET_Y":
                assert rule.buy_quantity is not None
                free = [
                    sum(unit % (rule.buy_quantity + rule.amount) >= rule.buy_quantity for unit in range(count))
                    for count in counted
                ]
                taken = [min(rest, price * count) for rest, price, count in zip(left, prices, free, strict=True)]
            case _:
                taken = share(min(rule.amount * step, sum(left, Decimal(0))), left, step)
        left = [rest - amount for rest, amount in zip(left, taken, strict=True)]
        if rule.gives_free_shipping:
            shipping = Decimal(0)
        elif rule.applies_to_shipping and rule.action == "PERCENT":
            shipping -= (shipping * rule.amount / 100 / step).quantize(Decimal(1), ROUND_HALF_UP) * step
        if rule.stops_further_rules:
            break
    return left, shipping


def share(amount: Decimal, values: list[Decimal], step: Decimal) -> list[Decimal]:
    whole = sum(values)
    if not whole:
        return [Decimal(0) for _ in values]
    units = [int(amount / step) * int(value / step) for value in values]
    shares = [unit // int(whole / step) * step for unit in units]
    rests = [unit % int(whole / step) for unit in units]
    for _ in range(int((amount - sum(shares)) / step)):
        place = rests.index(max(rests))
        shares[place], rests[place] = shares[place] + step, -1
    return shares


@given(CURRENCIES, ROWS, RULES, st.integers(0, 10**6))
def test_discounts_equal_the_model(currency, rows, drawn, shipping):
    cart, rules = CartFacts(rows, shipping), [build(id, one) for id, one in enumerate(drawn, 1)]
    step = Decimal(1).scaleb(-minor_digits(currency))
    found = find_discounts(list(reversed(rules)), cart, minor_digits(currency))
    with localcontext(prec=60):
        left, shipping_left = model(rules, cart, step)
        assert [(row.total - taken) * step for row, taken in zip(rows, found.rows, strict=True)] == left
        assert (shipping - found.shipping) * step == shipping_left
    assert all(0 <= taken <= row.total for row, taken in zip(rows, found.rows, strict=True))


@pytest.mark.parametrize(
    ("amount", "values", "shares"),
    [
        (10, [1, 1, 1], [4, 3, 3]),
        (100, [0, 0], [0, 0]),
        (5, [0, 9], [0, 5]),
        (11, [10, 20, 30], [2, 4, 5]),
        (0, [7], [0]),
    ],
)
def test_an_amount_is_shared_without_a_rest(amount, values, shares):
    assert share_amount(amount, values) == shares


CART = CartFacts(
    [CartRow(1050, 2, "A", ["Mugs"], Decimal("0.5")), CartRow(300, 1, "B")],
    country_code="US",
    region_code="US-CA",
    postcode="902 10",
    shipping_method="flat_rate",
    payment_method="check_money_order",
)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"subtotal": {"from": "24.00", "until": "24.00"}}, True),
        ({"subtotal": {"from": "24.01"}}, False),
        ({"quantity": {"from": "3"}}, True),
        ({"quantity": {"until": "2"}}, False),
        ({"weight": {"from": "1", "until": "1.0"}}, True),
        ({"sku": ["B", "C"]}, True),
        ({"sku": ["b"]}, False),
        ({"category": ["Mugs"]}, True),
        ({"category": ["Cups"]}, False),
        ({"country": ["DE", "US"]}, True),
        ({"region": ["US-NY"]}, False),
        ({"postcode": ["90210"]}, True),
        ({"shippingMethod": ["flat_rate"]}, True),
        ({"paymentMethod": ["free"]}, False),
        ({"all": [{"sku": ["A"]}, {"not": {"country": ["US"]}}]}, False),
        ({"any": [{"sku": ["C"]}, {"not": {"country": ["DE"]}}]}, True),
        (None, True),
    ],
)
def test_what_a_cart_is_asked(condition, holds):
    assert holds_for_cart(condition, CART, 2) is holds


def test_the_rules_that_gave_something_are_told():
    rules = [
        CartRule(1, 1, "PERCENT", Decimal(100), gives_free_shipping=True),
        CartRule(2, 0, "FIXED_CART", Decimal(2500)),
        CartRule(3, 0, "PERCENT", Decimal(50), condition={"sku": ["C"]}),
    ]
    found = find_discounts(rules, CartFacts(CART.rows, shipping=0), 2)
    assert (found.rows, found.shipping, found.rule_ids) == ([2100, 300], 0, [2])
    assert find_discounts(rules[:1], CartFacts(CART.rows, shipping=500), 2).shipping == 500
