"""Carts: what shoppers are about to buy (docs/domain/carts.md#carts-1).

`customer_id` is that of a customer or of a guest, so there is no foreign key.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
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
    # When a guest's cart went into that of a customer.
    Column("merged_at", DateTime(timezone=True)),
    Column("version", Integer, nullable=False, server_default="1"),
    # Keys of their codes, in the order in which they came.
    Column("coupon_codes", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    # Of a guest, or where a customer chose another than that of the account.
    Column("email", Text),
    # The group that the VAT number at an address of the cart leads to; null where the customer's own counts.
    Column("vat_group_id", BigInteger),
    Column("shipping_method", Text),
    Column("payment_method", Text),
    Column("payment_token", Text),
    Column("purchase_order_number", Text),
    created_at(),
    created_at("updated_at"),
    PrimaryKeyConstraint("customer_id", "id"),
    CheckConstraint("merged_at IS NULL OR NOT is_active", name="merged"),
    Index("uq_cart_open", "customer_id", "website_id", unique=True, postgresql_where=text("is_active")),
    Index("ix_cart_updated_at", "updated_at", postgresql_where=text("is_active")),
    Index("ix_cart_merged_at", "merged_at", postgresql_where=text("merged_at IS NOT NULL")),
    distribution="customer",
)

# Where a cart goes and who pays for it; each a copy, which changes of the address book leave as it is.
cart_address = table(
    "cart_address",
    Column("customer_id", BigInteger, nullable=False),
    Column("cart_id", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    *[Column(name, Text) for name in ("prefix", "middle_name", "suffix", "company", "region", "region_code")],
    *[Column(name, Text) for name in ("postcode", "telephone", "fax", "vat_number")],
    Column("first_name", Text, nullable=False),
    Column("last_name", Text, nullable=False),
    Column("street", ARRAY(Text), nullable=False),
    Column("city", Text, nullable=False),
    Column("country_code", Text, nullable=False),
    # What a check of the VAT number found, while it decides a group; kept until the address is set again.
    Column("vat_result", Text),
    Column("vat_request_id", Text),
    Column("vat_checked_at", DateTime(timezone=True)),
    PrimaryKeyConstraint("customer_id", "cart_id", "kind"),
    ForeignKeyConstraint(["customer_id", "cart_id"], ["cart.customer_id", "cart.id"], ondelete="CASCADE"),
    CheckConstraint("kind IN ('BILLING', 'SHIPPING')", name="kind"),
    CheckConstraint("country_code ~ '^[A-Z]{2}$'", name="country_code"),
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
    # Unit price by staff, in the place of that of the catalog.
    Column("custom_price", BigInteger),
    created_at("added_at"),
    PrimaryKeyConstraint("customer_id", "cart_id", "id"),
    ForeignKeyConstraint(["customer_id", "cart_id"], ["cart.customer_id", "cart.id"], ondelete="CASCADE"),
    CheckConstraint("quantity > 0", name="quantity"),
    CheckConstraint("custom_price >= 0", name="custom_price"),
    Index("uq_cart_item_line", "customer_id", "cart_id", "product_id", "options_hash", unique=True),
    distribution="customer",
)
