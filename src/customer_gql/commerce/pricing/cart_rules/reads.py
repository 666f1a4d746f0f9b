from typing import Any, Final

from sqlalchemy import BigInteger, Date, any_, bindparam, func, or_, select

from customer_gql.loading.lists import RootList
from customer_gql.loading.pages import Pages, Sort
from customer_gql.loading.reads import all_by, one_by
from customer_gql.shop.websites.tables import website

from .tables import CouponKind, cart_price_rule, cart_rule_use, coupon

_RULE: Final = select(cart_price_rule)
cart_rules_by_id: Final = one_by(_RULE, cart_price_rule.c.id)
cart_rule_list: Final = RootList(_RULE, [Sort("PRIORITY", (cart_price_rule.c.priority, cart_price_rule.c.id))])
coupons_by_rule: Final = Pages(select(coupon), coupon.c.rule_id, sort=Sort("CODE", (coupon.c.code_key,)))

# What applies to a cart (docs/domain/cart-price-rules.md#cart-price-rules-5).
_rule: Final = cart_price_rule.c
_group: Any = bindparam("group", type_=BigInteger())
_on: Any = bindparam("on", type_=Date())
_applies: Final = (
    _rule.is_active,
    _group == any_(_rule.group_ids),
    or_(_rule.from_on.is_(None), _rule.from_on <= _on),
    or_(_rule.until_on.is_(None), _rule.until_on >= _on),
)
_without_coupon: Final = (
    select(cart_price_rule, website.c.id.label("website_id"))
    .select_from(cart_price_rule.join(website, website.c.id == any_(_rule.website_ids)))
    .where(*_applies, _rule.coupon_kind == CouponKind.NONE.value)
    .subquery("rule_without_coupon")
)
rules_by_website: Final = all_by(select(_without_coupon), _without_coupon.c.website_id)
"""Rules without coupon that apply on a website to a `group` on a date (`on`)."""
rules_by_coupon: Final = one_by(
    select(cart_price_rule, coupon.c.code_key, coupon.c.code, coupon.c.use_count)
    .select_from(cart_price_rule.join(coupon, coupon.c.rule_id == _rule.id))
    .where(*_applies, _rule.coupon_kind != CouponKind.NONE.value),
    coupon.c.code_key,
)
"""By the key of the code of a coupon the rule that it is of, with the coupon itself."""

_use: Final = cart_rule_use.c
uses_by_customer: Final = all_by(
    select(_use.customer_id, _use.rule_id, func.count().label("use_count")).group_by(_use.customer_id, _use.rule_id),
    _use.customer_id,
)
"""How often orders of a customer used each rule."""
