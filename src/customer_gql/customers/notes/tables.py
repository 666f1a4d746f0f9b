"""What staff write about a customer, for each other (docs/domain/notes.md#notes-1)."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Integer,
    PrimaryKeyConstraint,
    Text,
)

from customer_gql.database.tables import created_at, table

customer_note = table(
    "customer_note",
    Column("customer_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
    Column("is_pinned", Boolean, nullable=False, server_default="false"),
    # The staff user who wrote it; null for a service token.
    Column("staff_id", BigInteger),
    Column("version", Integer, nullable=False, server_default="1"),
    created_at(),
    Column("edited_at", DateTime(timezone=True)),
    PrimaryKeyConstraint("customer_id", "id"),
    ForeignKeyConstraint(["customer_id"], ["customer.id"], ondelete="CASCADE"),
    CheckConstraint("char_length(text) BETWEEN 1 AND 4000", name="text_length"),
    distribution="customer",
)
