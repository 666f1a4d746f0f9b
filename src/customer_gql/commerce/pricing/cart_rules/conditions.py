"""What cart price rules can ask of a cart (docs/domain/cart-price-rules.md#cart-price-rules-3)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from customer_gql.commerce.pricing.condition_trees import (
    Path,
    Validate,
    fold_condition,
    validate_condition,
    validate_range,
    validate_texts,
)

from .facts import CartFacts


@dataclass(frozen=True, slots=True)
class CartCondition:
    """`holds` takes the stored value, the cart and the decimals of the currency's minor unit."""

    validate: Validate
    holds: Callable[[Any, CartFacts, int], bool]


def _validate_capitals(value: Any, path: Path) -> list[str]:
    return sorted({text.upper() for text in validate_texts(value, path)})


def _is_number_within(value: Mapping[str, str], number: Decimal) -> bool:
    return ("from" not in value or number >= Decimal(value["from"])) and (
        "until" not in value or number <= Decimal(value["until"])
    )


def _bare(postcode: str | None) -> str:
    return (postcode or "").upper().replace(" ", "").replace("-", "")


CART_CONDITIONS: Final[dict[str, CartCondition]] = {
    "subtotal": CartCondition(
        validate_range, lambda value, cart, digits: _is_number_within(value, Decimal(cart.subtotal).scaleb(-digits))
    ),
    "quantity": CartCondition(validate_range, lambda value, cart, _: _is_number_within(value, Decimal(cart.quantity))),
    "weight": CartCondition(validate_range, lambda value, cart, _: _is_number_within(value, cart.weight)),
    "sku": CartCondition(validate_texts, lambda value, cart, _: any(row.sku in value for row in cart.rows)),
    "category": CartCondition(
        validate_texts, lambda value, cart, _: any(not set(value).isdisjoint(row.categories) for row in cart.rows)
    ),
    "country": CartCondition(_validate_capitals, lambda value, cart, _: cart.country_code in value),
    "region": CartCondition(_validate_capitals, lambda value, cart, _: cart.region_code in value),
    "postcode": CartCondition(
        _validate_capitals, lambda value, cart, _: _bare(cart.postcode) in {_bare(one) for one in value}
    ),
    "shippingMethod": CartCondition(validate_texts, lambda value, cart, _: cart.shipping_method in value),
    "paymentMethod": CartCondition(validate_texts, lambda value, cart, _: cart.payment_method in value),
}
"""The registry: slices add what else can be asked."""


def validate_cart_condition(given: Any, path: Path) -> Any:
    """The normal form. Raises `RuleError` with the path of what does not fit."""
    return validate_condition(given, path, {name: one.validate for name, one in CART_CONDITIONS.items()})


def holds_for_cart(condition: Any, cart: CartFacts, digits: int) -> bool:
    """Whether a stored condition holds; without one for every cart."""
    if condition is None:
        return True
    return fold_condition(
        condition,
        lambda name, value: CART_CONDITIONS[name].holds(value, cart, digits),
        all_of=all,
        any_of=any,
        none_of=lambda one: not one,
    )
