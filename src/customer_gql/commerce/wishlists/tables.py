"""Wishlists; each customer's first one is the default and cannot go (docs/domain/wishlists.md#wishlists-1)."""

import enum

from sqlalchemy import (
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

from customer_gql.database.tables import created_at, one_of, table


class WishlistVisibility(enum.StrEnum):
    PRIVATE = "PRIVATE"
    PUBLIC = "PUBLIC"


wishlist = table(
    "wishlist",
    Column("customer_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("visibility", Text, nullable=False, server_default=WishlistVisibility.PRIVATE.value),
    Column("is_default", Boolean, nullable=False, server_default="false"),
    # Opens the list to others: of a public one, and of one that was sent by mail.
    Column("sharing_code", Text),
    created_at("updated_at"),
    PrimaryKeyConstraint("customer_id", "id"),
    ForeignKeyConstraint(["customer_id"], ["customer.id"], ondelete="CASCADE"),
    one_of("visibility", WishlistVisibility),
    Index("uq_wishlist_default", "customer_id", unique=True, postgresql_where=text("is_default")),
    distribution="customer",
)

# Which list a code opens.
wishlist_code = table(
    "wishlist_code",
    Column("code", Text, primary_key=True),
    Column("customer_id", BigInteger, nullable=False),
    Column("wishlist_id", BigInteger, nullable=False),
    created_at(),
    Index("ix_wishlist_code_customer_id", "customer_id"),
    distribution="lookup",
)

wishlist_item = table(
    "wishlist_item",
    Column("customer_id", BigInteger, nullable=False),
    Column("wishlist_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("product_id", ForeignKey("product.id"), nullable=False),
    # Chosen values of options, by code of the option: [{"code": …, "value": …}]. Required ones may be missing.
    Column("options", JSONB, nullable=False, server_default=text("'[]'")),
    # Of the options, because a unique key takes no long values; empty without any.
    Column("options_hash", Text, nullable=False, server_default=""),
    Column("quantity", Integer, nullable=False, server_default="1"),
    Column("comment", Text),
    created_at("added_at"),
    PrimaryKeyConstraint("customer_id", "wishlist_id", "id"),
    ForeignKeyConstraint(["customer_id", "wishlist_id"], ["wishlist.customer_id", "wishlist.id"], ondelete="CASCADE"),
    CheckConstraint("quantity > 0", name="quantity"),
    Index("uq_wishlist_item_line", "customer_id", "wishlist_id", "product_id", "options_hash", unique=True),
    Index("ix_wishlist_item_page", "customer_id", "wishlist_id", "added_at", "id"),
    distribution="customer",
)
