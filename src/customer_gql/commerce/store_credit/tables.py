"""Store credit: a balance for each customer and website, and the ledger that explains it (docs/domain/ledgers.md#ledgers-1).

No foreign key to the customer: transactions stay when an account is deleted (docs/domain/ledgers.md#ledgers-7).
"""

import enum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Text,
)

from customer_gql.commerce.ledgers.tables import movement_columns
from customer_gql.database.tables import created_at, currency_column, one_of, table


class StoreCreditAction(enum.StrEnum):
    CREATED = "CREATED"
    UPDATED = "UPDATED"
    USED = "USED"
    REFUNDED = "REFUNDED"
    REVERTED = "REVERTED"


store_credit = table(
    "store_credit",
    Column("customer_id", BigInteger, nullable=False),
    Column("website_id", ForeignKey("website.id"), nullable=False),
    Column("balance", BigInteger, nullable=False),
    currency_column(),
    created_at("updated_at"),
    PrimaryKeyConstraint("customer_id", "website_id"),
    CheckConstraint("balance >= 0", name="balance"),
    distribution="customer",
)

store_credit_entry = table(
    "store_credit_entry",
    Column("customer_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("website_id", BigInteger, nullable=False),
    Column("action", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("balance_after", BigInteger, nullable=False),
    currency_column(),
    *movement_columns(),
    PrimaryKeyConstraint("customer_id", "id"),
    # To the balance alone: checking a key locks the row here, which an append-only table does not let its owner do.
    ForeignKeyConstraint(["customer_id", "website_id"], ["store_credit.customer_id", "store_credit.website_id"]),
    CheckConstraint("amount <> 0", name="amount"),
    CheckConstraint("balance_after >= 0", name="balance_after"),
    one_of("action", StoreCreditAction),
    Index("ix_store_credit_entry_page", "customer_id", "website_id", "created_at", "id"),
    distribution="customer",
    append_only=True,
)
