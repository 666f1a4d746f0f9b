"""Shoppers without an account, who are known by the token of their cart (docs/domain/carts.md#carts-5)."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary

from customer_gql.database.tables import created_at, table

guest = table(
    "guest",
    Column("token_hash", LargeBinary, primary_key=True),
    # Stands where rows of a customer have the customer's, and is never one of those.
    Column("customer_id", BigInteger, nullable=False),
    created_at(),
    Index("ix_guest_customer_id", "customer_id"),
    distribution="lookup",
)

# Opens one order of a guest to those who have its token.
guest_order = table(
    "guest_order",
    Column("token_hash", LargeBinary, primary_key=True),
    Column("customer_id", BigInteger, nullable=False),
    Column("order_id", BigInteger, nullable=False),
    created_at(),
    Index("ix_guest_order_order", "customer_id", "order_id"),
    distribution="lookup",
)
