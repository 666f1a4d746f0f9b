"""Carts: what shoppers are about to buy (docs/domain/carts.md#carts-1).

`customer_id` is that of a customer or of a guest, so there is no foreign key.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from customer_gql.database.tables import created_at, currency_column, table

cart = table(
    "cart",
    Column("customer_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("website_id", ForeignKey("website.id"), nullable=False),
    Column("store_view_id", ForeignKey("store_view.id"), nullable=False),
    currency_column(),
    Column("is_active", Boolean, nullable=False, server_default="true"),
    Column("version", Integer, nullable=False, server_default="1"),
    # Keys of their codes, in the order in which they came.
    Column("coupon_codes", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    created_at(),
    created_at("updated_at"),
    PrimaryKeyConstraint("customer_id", "id"),
    Index("uq_cart_open", "customer_id", "website_id", unique=True, postgresql_where=text("is_active")),
    Index("ix_cart_updated_at", "updated_at", postgresql_where=text("is_active")),
    distribution="customer",
)

cart_item = table(
    "cart_item",
    Column("customer_id", BigInteger, nullable=False),
    Column("cart_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("product_id", ForeignKey("product.id"), nullable=False),
    # Chosen values of options, by code of the option: [{"code": …, "value": …}].
    Column("options", JSONB, nullable=False, server_default=text("'[]'")),
    # Of the options, because a unique key takes no long values; empty without any.
    Column("options_hash", Text, nullable=False, server_default=""),
    Column("quantity", Integer, nullable=False),
    # Unit price that the shopper has seen and accepted; null where none is known.
    Column("accepted_price", BigInteger),
    created_at("added_at"),
    PrimaryKeyConstraint("customer_id", "cart_id", "id"),
    ForeignKeyConstraint(["customer_id", "cart_id"], ["cart.customer_id", "cart.id"], ondelete="CASCADE"),
    CheckConstraint("quantity > 0", name="quantity"),
    Index("uq_cart_item_line", "customer_id", "cart_id", "product_id", "options_hash", unique=True),
    distribution="customer",
)
