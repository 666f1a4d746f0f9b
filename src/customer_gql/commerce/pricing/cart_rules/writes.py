"""Staff create, change and delete cart price rules (docs/domain/cart-price-rules.md#cart-price-rules-1)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from customer_gql.commerce.managed.records import (
    begin_creating,
    change_managed,
    create_managed,
    delete_managed,
    lock_managed,
)
from customer_gql.commerce.pricing.rule_scopes import validate_percent, validate_rule_amount, validate_rule_scope
from customer_gql.core.actor import Actor
from customer_gql.core.errors import CollectedErrors, Refusal, UserErrorCode
from customer_gql.core.text import value_is_required
from customer_gql.database.statements import Connection

from .conditions import validate_cart_condition
from .coupons import set_code, validate_code
from .kinds import CART_PRICE_RULES
from .tables import MAX_COUNT, CartPriceAction, CouponKind

_COUNT_WRONG: Final = Refusal("cart_price_rule.count_wrong", "Enter a whole number from 1 to {limit!s}.")
_CODE_WITHOUT_KIND: Final = Refusal(
    "cart_price_rule.code_without_kind",
    "Only a rule with a specific coupon has a code. Leave it out, or change the kind of coupon.",
    UserErrorCode.NOT_ALLOWED,
)
_COUNTS: Final = {
    "uses_per_coupon": "usesPerCoupon",
    "uses_per_customer": "usesPerCustomer",
    "max_quantity": "maxQuantity",
}


async def create_cart_rule(connection: Connection, given: Mapping[str, Any], *, by: Actor) -> int:
    """The key of the new rule. Raises `RuleErrors`."""
    await begin_creating(connection, CART_PRICE_RULES)
    values = await _validate_cart_rule(connection, {}, given)
    key = await create_managed(connection, CART_PRICE_RULES, values, by=by)
    await set_code(connection, key, values["coupon_code"])
    return key


async def update_cart_rule(
    connection: Connection, key: int, given: Mapping[str, Any], *, expected_version: int | None, by: Actor
) -> None:
    """Store what differs. A rule whose kind of coupon changes loses the coupons it had. Raises `RuleErrors`."""
    stored = await lock_managed(connection, CART_PRICE_RULES, key)
    values = await _validate_cart_rule(connection, stored, given)
    await change_managed(connection, CART_PRICE_RULES, stored, values, expected_version=expected_version, by=by)
    has_other_kind = values.get("coupon_kind", stored["coupon_kind"]) != stored["coupon_kind"]
    if has_other_kind or values["coupon_code"] != stored["coupon_code"]:
        await set_code(connection, key, values["coupon_code"])


async def delete_cart_rule(connection: Connection, key: int, *, by: Actor) -> None:
    """With its coupons; orders keep the codes they were placed with."""
    stored = await lock_managed(connection, CART_PRICE_RULES, key)
    await set_code(connection, key, None)
    await delete_managed(connection, CART_PRICE_RULES, stored, by=by)


async def _validate_cart_rule(
    connection: Connection, stored: Mapping[str, Any], given: Mapping[str, Any]
) -> dict[str, Any]:
    """What is given, in its normal form. Raises `RuleErrors` with everything that does not fit."""
    refused = CollectedErrors()
    values, currency = await validate_rule_scope(connection, stored, given, refused)
    with refused.collecting():
        if given.get("condition") is not None:
            values["condition"] = validate_cart_condition(given["condition"], ["condition"])
    for column, name in _COUNTS.items():
        with refused.collecting():
            if given.get(column) is not None:
                values[column] = _validate_count(given[column], name)
    with refused.collecting():
        values["coupon_code"] = _choose_code({**stored, **values}, given.get("coupon_code"))
    with refused.collecting():
        values |= _validate_action({**stored, **values}, currency)
    refused.raise_collected()
    return values


def _validate_count(count: int, name: str) -> int:
    if not 1 <= count <= MAX_COUNT:
        raise _COUNT_WRONG(path=[name], limit=MAX_COUNT)
    return count


def _choose_code(whole: Mapping[str, Any], given: str | None) -> str | None:
    """That of a rule with a specific coupon; another kind has none."""
    if whole["coupon_kind"] == CouponKind.SPECIFIC:
        if not whole.get("coupon_code"):
            raise value_is_required(["couponCode"])
        return validate_code(whole["coupon_code"])
    if given:
        raise _CODE_WITHOUT_KIND(path=["couponCode"])
    return None


def _validate_action(whole: Mapping[str, Any], currency: str | None) -> dict[str, Any]:
    """The amount and `buy_quantity`, each as the action needs it."""
    action, amount = CartPriceAction(whole["action"]), whole["amount"]
    if action is CartPriceAction.BUY_X_GET_Y:
        if whole.get("buy_quantity") is None:
            raise value_is_required(["buyQuantity"])
        is_count = amount == amount.to_integral_value() and 1 <= amount <= MAX_COUNT
        if not is_count:
            raise _COUNT_WRONG(path=["amount"], limit=MAX_COUNT)
        return {"amount": Decimal(int(amount)), "buy_quantity": _validate_count(whole["buy_quantity"], "buyQuantity")}
    if action is CartPriceAction.PERCENT:
        return {"amount": validate_percent(amount), "buy_quantity": None}
    return {"amount": amount if currency is None else validate_rule_amount(amount, currency), "buy_quantity": None}
