"""Reward points: whole units, a balance for each customer and website, the ledger, exchange rates (docs/domain/reward-points.md#reward-points-1).

No foreign key to the customer: transactions stay when an account is deleted (docs/domain/ledgers.md#ledgers-7).
"""

import enum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
)

from customer_gql.commerce.ledgers.tables import movement_columns
from customer_gql.database.tables import created_at, currency_column, one_of, table


class RewardPointsAction(enum.StrEnum):
    ADMIN_UPDATE = "ADMIN_UPDATE"
    PURCHASE = "PURCHASE"
    REGISTRATION = "REGISTRATION"
    NEWSLETTER = "NEWSLETTER"
    REVIEW = "REVIEW"
    INVITATION_CUSTOMER = "INVITATION_CUSTOMER"
    INVITATION_ORDER = "INVITATION_ORDER"
    REDEEMED = "REDEEMED"
    REFUNDED = "REFUNDED"
    REVERTED = "REVERTED"
    EXPIRED = "EXPIRED"


reward_points = table(
    "reward_points",
    Column("customer_id", BigInteger, nullable=False),
    Column("website_id", ForeignKey("website.id"), nullable=False),
    Column("balance", Integer, nullable=False),
    created_at("updated_at"),
    PrimaryKeyConstraint("customer_id", "website_id"),
    CheckConstraint("balance >= 0", name="balance"),
    distribution="customer",
)

reward_points_entry = table(
    "reward_points_entry",
    Column("customer_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("website_id", BigInteger, nullable=False),
    Column("action", Text, nullable=False),
    Column("points", Integer, nullable=False),
    Column("balance_after", Integer, nullable=False),
    *movement_columns(),
    Column("expires_at", DateTime(timezone=True)),
    PrimaryKeyConstraint("customer_id", "id"),
    # To the balance alone: checking a key locks the row here, which an append-only table does not let its owner do.
    ForeignKeyConstraint(["customer_id", "website_id"], ["reward_points.customer_id", "reward_points.website_id"]),
    CheckConstraint("points <> 0", name="points"),
    CheckConstraint("balance_after >= 0", name="balance_after"),
    one_of("action", RewardPointsAction),
    Index("ix_reward_points_entry_page", "customer_id", "website_id", "created_at", "id"),
    distribution="customer",
    append_only=True,
)

# A rate holds on websites whose base currency is its own. Null stands for all of those, or all groups; the most
# particular rate wins (docs/domain/reward-points.md#reward-points-2).
reward_points_rate = table(
    "reward_points_rate",
    Column("id", BigInteger, primary_key=True),
    Column("website_id", ForeignKey("website.id")),
    Column("group_id", ForeignKey("customer_group.id", ondelete="CASCADE")),
    Column("points", Integer, nullable=False),
    Column("amount", BigInteger, nullable=False),
    currency_column(),
    CheckConstraint("points > 0 AND amount > 0", name="positive"),
    UniqueConstraint("website_id", "group_id", "currency", postgresql_nulls_not_distinct=True),
    distribution="reference",
)
