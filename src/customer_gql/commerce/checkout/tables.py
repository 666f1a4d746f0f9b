"""What placing an order leaves beside it (docs/domain/checkout.md#checkout-1)."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    PrimaryKeyConstraint,
    Text,
)

from customer_gql.database.tables import created_at, table

# What a key of a shopper placed, so that a repeat places nothing more.
order_request = table(
    "order_request",
    Column("customer_id", BigInteger, nullable=False),
    Column("idempotency_key", Text, nullable=False),
    Column("body_hash", BigInteger, nullable=False),
    Column("cart_id", BigInteger, nullable=False),
    Column("order_id", BigInteger, nullable=False),
    created_at(),
    PrimaryKeyConstraint("customer_id", "idempotency_key"),
    distribution="customer",
)

# What items took out of the stock, until they are canceled.
taken_stock = table(
    "taken_stock",
    Column("customer_id", BigInteger, nullable=False),
    Column("order_id", BigInteger, nullable=False),
    Column("position", Integer, nullable=False),
    Column("product_id", BigInteger, nullable=False),
    Column("quantity", Integer, nullable=False),
    PrimaryKeyConstraint("customer_id", "order_id", "position"),
    ForeignKeyConstraint(
        ["customer_id", "order_id", "position"],
        ["sales_order_item.customer_id", "sales_order_item.order_id", "sales_order_item.position"],
    ),
    CheckConstraint("quantity > 0", name="quantity"),
    distribution="customer",
)

# The last number of each store view; drawn late, because others wait for it until the order is stored.
order_counter = table(
    "order_counter",
    Column("store_view_id", ForeignKey("store_view.id", ondelete="CASCADE"), primary_key=True),
    Column("last_number", BigInteger, nullable=False),
    CheckConstraint("last_number > 0", name="last_number"),
    distribution="local",
)
