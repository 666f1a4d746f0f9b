"""Cart price rules as records that staff manage."""

from typing import Final

from customer_gql.commerce.managed.records import ManagedKind
from customer_gql.commerce.pricing.rule_scopes import RULE_LIMIT_REACHED, RULE_NOT_FOUND, SCOPE_FIELDS

from .tables import cart_price_rule

MAX_RULES: Final = 2_000

CART_PRICE_RULES: Final = ManagedKind(
    table=cart_price_rule,
    prefix="car",
    event_prefix="CART_PRICE_RULE",
    fields={
        **SCOPE_FIELDS,
        "coupon_kind": "couponKind",
        "coupon_code": "couponCode",
        "uses_per_coupon": "usesPerCoupon",
        "uses_per_customer": "usesPerCustomer",
        "condition": "condition",
        "action": "action",
        "amount": "amount",
        "buy_quantity": "buyQuantity",
        "max_quantity": "maxQuantity",
        "applies_to_shipping": "appliesToShipping",
        "gives_free_shipping": "givesFreeShipping",
    },
    prefixes={"website_ids": "web", "group_ids": "grp"},
    not_found=RULE_NOT_FOUND,
    limit=MAX_RULES,
    limit_reached=RULE_LIMIT_REACHED,
)
