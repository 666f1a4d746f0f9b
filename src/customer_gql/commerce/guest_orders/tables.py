"""Links by which guests confirm that their order is to be canceled (docs/domain/orders.md#orders-27)."""

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index, LargeBinary, Text

from customer_gql.database.tables import created_at, table

guest_cancellation = table(
    "guest_cancellation",
    Column("token_hash", LargeBinary, primary_key=True),
    Column("customer_id", BigInteger, nullable=False),
    Column("order_id", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    created_at(),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("octet_length(token_hash) = 32", name="token_hash_is_sha256"),
    Index("ix_guest_cancellation_order", "customer_id", "order_id"),
    Index("ix_guest_cancellation_expires_at", "expires_at"),
    distribution="lookup",
)
