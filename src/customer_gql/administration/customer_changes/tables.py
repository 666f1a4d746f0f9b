"""When each customer last changed, for programs that keep a copy (docs/domain/customer-changes.md#customer-changes-1)."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    Text,
    cast,
    func,
)

from customer_gql.database.tables import table

# It outlives the customer, because those who copied them have to learn that they are gone.
customer_change = table(
    "customer_change",
    Column("customer_id", BigInteger, nullable=False),
    Column("website_id", BigInteger, ForeignKey("website.id"), nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("external_id", Text),
    # The customer was deleted or is on another website, so that this is written once.
    Column("is_removed", Boolean, nullable=False),
    # The transaction that wrote the row. It may commit long after others that have greater numbers.
    Column("transaction_id", BigInteger, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("customer_id", "website_id"),
    CheckConstraint("char_length(external_id) BETWEEN 1 AND 64", name="external_id_length"),
    Index("ix_customer_change_transaction_id", "transaction_id", "customer_id", "website_id"),
    distribution="customer",
)

# How many customers came to a website, less those who left it, in one transaction. Rows of others are never changed, so that no
# two writers wait for each other; the sum of its rows is how many customers a website has
# (docs/domain/customer-changes.md#customer-changes-7).
customer_count = table(
    "customer_count",
    Column("website_id", BigInteger, nullable=False),
    Column("transaction_id", BigInteger, nullable=False),
    Column("change", BigInteger, nullable=False),
    PrimaryKeyConstraint("website_id", "transaction_id"),
    distribution="local",
)

SNAPSHOT_END: Final = cast(cast(func.pg_snapshot_xmax(func.pg_current_snapshot()), Text()), BigInteger())
"""A number above those of all transactions that a statement sees the end of. It only grows, except that a restored database
starts from the beginning again."""
