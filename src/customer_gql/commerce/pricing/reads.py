from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Date,
    Integer,
    Numeric,
    Text,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    union_all,
)

from customer_gql.commerce.catalog.tables import product, product_website
from customer_gql.customers.profile.tables import customer
from customer_gql.database.statements import AnySelect
from customer_gql.loading.reads import all_by, one_by
from customer_gql.shop.websites.tables import website

from .prices import PriceKind
from .tables import catalog_rule_price, product_price, product_tier_price

_website: Any = bindparam("website", type_=BigInteger())
_group: Any = bindparam("group", type_=BigInteger())
_on: Any = bindparam("on", type_=Date())
_ONE: Final = literal_column("1", Integer())
_NO_PERCENT: Final = literal_column("NULL::numeric", Numeric())
_HAS_CURRENCY: Final = product.c.currency == website.c.currency
_SOLD: Final = product.join(product_website).join(website)


def _facts(kind: PriceKind, amount: Any, percent: Any = _NO_PERCENT, quantity: Any = _ONE) -> AnySelect:
    return select(
        product.c.id.label("product_id"),
        literal_column(f"'{kind.value}'", Text()).label("kind"),
        quantity.label("quantity"),
        amount.label("amount"),
        percent.label("percent"),
        website.c.currency.label("currency"),
    ).where(website.c.id == _website)


_own = product_price.c
_HAS_OWN: Final = (_own.product_id == product.c.id) & (_own.website_id == website.c.id)
_BASE: Final = _facts(PriceKind.BASE, func.coalesce(_own.price, case((_HAS_CURRENCY, product.c.price)))).select_from(
    _SOLD.outerjoin(product_price, _HAS_OWN)
)
_SPECIAL: Final = (
    _facts(PriceKind.SPECIAL, _own.special_price)
    .select_from(_SOLD.join(product_price, _HAS_OWN))
    .where(
        _own.special_price.is_not(None),
        or_(_own.special_from.is_(None), _own.special_from <= _on),
        or_(_own.special_until.is_(None), _own.special_until >= _on),
    )
)
_tier = product_tier_price.c
_TIERS: Final = (
    _facts(PriceKind.TIER, _tier.price, _tier.percent, _tier.quantity)
    .select_from(_SOLD.join(product_tier_price, _tier.product_id == product.c.id))
    .where(
        or_(_tier.website_id == website.c.id, _tier.website_id.is_(None) & or_(_tier.price.is_(None), _HAS_CURRENCY)),
        or_(_tier.group_id == _group, _tier.group_id.is_(None)),
    )
)
_rule = catalog_rule_price.c
_RULES: Final = (
    _facts(PriceKind.CATALOG_RULE, _rule.price)
    .select_from(
        _SOLD.join(catalog_rule_price, (_rule.product_id == product.c.id) & (_rule.website_id == website.c.id))
    )
    .where(_rule.group_id == _group, _rule.from_on <= _on, _rule.until_on >= _on)
)
_fact = union_all(_BASE, _SPECIAL, _TIERS, _RULES).subquery("price_fact")
price_facts_by_product: Final = all_by(select(_fact), _fact.c.product_id)
"""What decides the price of each product for a `group` on a `website` and a date (`on`); nothing where it is not sold."""

groups_of_customers: Final = one_by(select(customer.c.id, customer.c.group_id), customer.c.id)
