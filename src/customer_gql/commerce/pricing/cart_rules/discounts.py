"""Discounts of a cart as a pure function of rules and what is in it (docs/domain/cart-price-rules.md#cart-price-rules-4).

Amounts are minor units of one currency. What a row or the shipping is reduced by never exceeds what earlier rules left of it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, NamedTuple

import orjson

from customer_gql.core.money import minor_digits

from .conditions import holds_for_cart
from .facts import CartFacts, CartRow
from .tables import CartPriceAction


class CartRule(NamedTuple):
    """`amount` is a percentage, minor units, or the number of units that are free."""

    id: int
    priority: int
    action: str
    amount: Decimal
    stops_further_rules: bool = False
    condition: Any = None
    buy_quantity: int | None = None
    max_quantity: int | None = None
    applies_to_shipping: bool = False
    gives_free_shipping: bool = False


_IN_MINOR_UNITS: Final = {CartPriceAction.FIXED_PER_ITEM, CartPriceAction.FIXED_CART}


def is_valid_coupon(found: Any, website_id: int) -> bool:
    """Whether what was found by a code applies on a website, and is not used up."""
    if found is None or website_id not in found.website_ids:
        return False
    return found.uses_per_coupon is None or found.use_count < found.uses_per_coupon


def make_rules(rows: Iterable[Any], currency: str) -> list[CartRule]:
    """In the form that discounts are found with, each rule once."""
    return [_make_rule(row, minor_digits(currency)) for row in {row.id: row for row in rows}.values()]


def _make_rule(rule: Any, digits: int) -> CartRule:
    action = CartPriceAction(rule.action)
    condition = orjson.loads(rule.condition) if isinstance(rule.condition, str) else rule.condition
    return CartRule(
        id=rule.id,
        priority=rule.priority,
        action=action,
        amount=Decimal(int(rule.amount.scaleb(digits))) if action in _IN_MINOR_UNITS else rule.amount,
        stops_further_rules=rule.stops_further_rules,
        condition=condition,
        buy_quantity=rule.buy_quantity,
        max_quantity=rule.max_quantity,
        applies_to_shipping=rule.applies_to_shipping,
        gives_free_shipping=rule.gives_free_shipping,
    )


@dataclass(slots=True)
class Discounts:
    """By row, of the shipping, and which rules gave any."""

    rows: list[int]
    shipping: int = 0
    rule_ids: list[int] = field(default_factory=list[int])


def find_discounts(rules: Sequence[CartRule], cart: CartFacts, digits: int) -> Discounts:
    """What the rules take off, by priority and then by id, each on what earlier ones left. `digits` are those of the currency's
    minor unit."""
    found = Discounts([0] * len(cart.rows))
    for rule in sorted(rules, key=lambda one: (one.priority, one.id)):
        if not holds_for_cart(rule.condition, cart, digits):
            continue
        before = (sum(found.rows), found.shipping)
        left = [row.total - taken for row, taken in zip(cart.rows, found.rows, strict=True)]
        taken = _ACTIONS[CartPriceAction(rule.action)](rule, cart.rows, left)
        found.rows = [sum(pair) for pair in zip(found.rows, taken, strict=True)]
        found.shipping += _take_off_shipping(rule, cart.shipping - found.shipping)
        if (sum(found.rows), found.shipping) != before:
            found.rule_ids.append(rule.id)
        if rule.stops_further_rules:
            break
    return found


def _take_off_shipping(rule: CartRule, left: int) -> int:
    if rule.gives_free_shipping:
        return left
    is_percent = rule.action == CartPriceAction.PERCENT
    return (
        _round_half_up(Fraction(left) * Fraction(rule.amount) / 100) if rule.applies_to_shipping and is_percent else 0
    )


def _counted(rule: CartRule, row: CartRow) -> int:
    """How many units of a row a rule is for."""
    return row.quantity if rule.max_quantity is None else min(row.quantity, rule.max_quantity)


def _take_percent(rule: CartRule, rows: Sequence[CartRow], left: Sequence[int]) -> list[int]:
    """Each row for itself; of a row with more units than the rule is for, their part of what is left."""
    return [
        _round_half_up(Fraction(rest * _counted(rule, row), row.quantity) * Fraction(rule.amount) / 100)
        for row, rest in zip(rows, left, strict=True)
    ]


def _round_half_up(amount: Fraction) -> int:
    """Of amounts that are not negative."""
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)


def _take_per_item(rule: CartRule, rows: Sequence[CartRow], left: Sequence[int]) -> list[int]:
    return [min(rest, int(rule.amount) * _counted(rule, row)) for row, rest in zip(rows, left, strict=True)]


def _take_of_cart(rule: CartRule, _rows: Sequence[CartRow], left: Sequence[int]) -> list[int]:
    return share_amount(min(int(rule.amount), sum(left)), left)


def _give_free(rule: CartRule, rows: Sequence[CartRow], left: Sequence[int]) -> list[int]:
    """Of each row, after so many bought so many are free, again and again."""
    assert rule.buy_quantity is not None
    free, bought = int(rule.amount), rule.buy_quantity
    return [
        min(rest, _count_free(_counted(rule, row), bought, free) * row.unit_price)
        for row, rest in zip(rows, left, strict=True)
    ]


def _count_free(quantity: int, bought: int, free: int) -> int:
    groups, rest = divmod(quantity, bought + free)
    return groups * free + max(rest - bought, 0)


Act = Callable[[CartRule, Sequence[CartRow], Sequence[int]], list[int]]
_ACTIONS: Final[Mapping[CartPriceAction, Act]] = {
    CartPriceAction.PERCENT: _take_percent,
    CartPriceAction.FIXED_PER_ITEM: _take_per_item,
    CartPriceAction.FIXED_CART: _take_of_cart,
    CartPriceAction.BUY_X_GET_Y: _give_free,
}


def share_amount(amount: int, values: Sequence[int]) -> list[int]:
    """An amount by the values, exact in sum: the largest remainder first, of equal ones the earlier."""
    whole = sum(values)
    if not whole:
        return [0] * len(values)
    shares = [amount * value // whole for value in values]
    by_remainder = sorted(range(len(values)), key=lambda place: (-(amount * values[place] % whole), place))
    for place in by_remainder[: amount - sum(shares)]:
        shares[place] += 1
    return shares
