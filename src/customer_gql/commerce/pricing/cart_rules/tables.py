"""Cart price rules and their coupons (docs/domain/cart-price-rules.md#cart-price-rules-1)."""

import enum
from typing import Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    Text,
    false,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB

from customer_gql.database.tables import created_at, one_of, table


class CouponKind(enum.StrEnum):
    NONE = "NONE"
    SPECIFIC = "SPECIFIC"
    GENERATED = "GENERATED"


class CartPriceAction(enum.StrEnum):
    PERCENT = "PERCENT"
    FIXED_PER_ITEM = "FIXED_PER_ITEM"
    FIXED_CART = "FIXED_CART"
    BUY_X_GET_Y = "BUY_X_GET_Y"


MAX_COUNT: Final = 2**31 - 1

cart_price_rule = table(
    "cart_price_rule",
    Column("id", BigInteger, primary_key=True),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("name", Text, nullable=False),
    Column("is_active", Boolean, nullable=False, server_default=true()),
    # All of one currency, which stays as long as the rule names them.
    Column("website_ids", ARRAY(BigInteger), nullable=False),
    Column("group_ids", ARRAY(BigInteger), nullable=False),
    # The first and the last day, by the time zone of each website.
    Column("from_on", Date),
    Column("until_on", Date),
    Column("priority", Integer, nullable=False, server_default="0"),
    Column("stops_further_rules", Boolean, nullable=False, server_default=false()),
    Column("coupon_kind", Text, nullable=False, server_default=CouponKind.NONE.value),
    # Of a specific coupon; its row in `coupon` keeps others from having it.
    Column("coupon_code", Text),
    # Null is any number.
    Column("uses_per_coupon", Integer),
    Column("uses_per_customer", Integer),
    # Null is every cart.
    Column("condition", JSONB),
    Column("action", Text, nullable=False),
    # Percent, an amount in major units of the currency of the websites, or how many are free of BUY_X_GET_Y.
    Column("amount", Numeric, nullable=False),
    Column("buy_quantity", Integer),
    Column("max_quantity", Integer),
    Column("applies_to_shipping", Boolean, nullable=False, server_default=false()),
    Column("gives_free_shipping", Boolean, nullable=False, server_default=false()),
    one_of("coupon_kind", CouponKind),
    one_of("action", CartPriceAction),
    CheckConstraint("from_on <= until_on", name="days"),
    CheckConstraint("amount >= 0 AND (action <> 'PERCENT' OR amount <= 100)", name="amount"),
    CheckConstraint("(action = 'BUY_X_GET_Y') = (buy_quantity IS NOT NULL)", name="buy_quantity"),
    CheckConstraint("(coupon_kind = 'SPECIFIC') = (coupon_code IS NOT NULL)", name="coupon_code"),
    CheckConstraint("cardinality(website_ids) > 0 AND cardinality(group_ids) > 0", name="scope"),
    CheckConstraint("uses_per_coupon > 0 AND uses_per_customer > 0 AND max_quantity > 0", name="limits"),
    distribution="reference",
)

coupon = table(
    "coupon",
    # In capital letters: codes ignore case.
    Column("code_key", Text, primary_key=True),
    Column("code", Text, nullable=False),
    Column("rule_id", BigInteger, nullable=False),
    # Counted when an order is placed, and given back when it is canceled.
    Column("use_count", Integer, nullable=False, server_default="0"),
    created_at(),
    CheckConstraint("use_count >= 0", name="use_count"),
    Index("ix_coupon_rule_id", "rule_id", "code_key"),
    distribution="lookup",
    names_no_customer=True,
)

# What an order used, until it is canceled.
cart_rule_use = table(
    "cart_rule_use",
    Column("customer_id", BigInteger, nullable=False),
    Column("order_id", BigInteger, nullable=False),
    Column("rule_id", BigInteger, nullable=False),
    # Of the coupon, in capital letters; null for a rule without.
    Column("code_key", Text),
    PrimaryKeyConstraint("customer_id", "order_id", "rule_id"),
    distribution="customer",
)
