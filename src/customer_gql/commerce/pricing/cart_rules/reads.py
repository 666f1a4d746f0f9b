from typing import Final

from sqlalchemy import select

from customer_gql.loading.lists import RootList
from customer_gql.loading.pages import Pages, Sort
from customer_gql.loading.reads import one_by

from .tables import cart_price_rule, coupon

_RULE: Final = select(cart_price_rule)
cart_rules_by_id: Final = one_by(_RULE, cart_price_rule.c.id)
cart_rule_list: Final = RootList(_RULE, [Sort("PRIORITY", (cart_price_rule.c.priority, cart_price_rule.c.id))])
coupons_by_rule: Final = Pages(select(coupon), coupon.c.rule_id, sort=Sort("CODE", (coupon.c.code_key,)))
