"""The open cart: what did not become an order yet (docs/domain/carts.md#carts-1)."""

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
    UniqueConstraint,
    text,
)

from customer_gql.database.tables import created_at, currency_column, table

cart = table(
    "cart",
    Column("customer_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("store_view_id", ForeignKey("store_view.id"), nullable=False),
    currency_column(),
    Column("is_active", Boolean, nullable=False, server_default="true"),
    created_at(),
    created_at("updated_at"),
    PrimaryKeyConstraint("customer_id", "id"),
    ForeignKeyConstraint(["customer_id"], ["customer.id"], ondelete="CASCADE"),
    Index("uq_cart_active", "customer_id", unique=True, postgresql_where=text("is_active")),
    distribution="customer",
)

cart_item = table(
    "cart_item",
    Column("customer_id", BigInteger, nullable=False),
    Column("cart_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("product_id", ForeignKey("product.id"), nullable=False),
    Column("quantity", Integer, nullable=False),
    created_at("added_at"),
    PrimaryKeyConstraint("customer_id", "cart_id", "id"),
    UniqueConstraint("customer_id", "cart_id", "product_id"),
    ForeignKeyConstraint(["customer_id", "cart_id"], ["cart.customer_id", "cart.id"], ondelete="CASCADE"),
    CheckConstraint("quantity > 0", name="quantity"),
    distribution="customer",
)
