"""A customer's subscriptions, one for each store view (docs/domain/newsletter.md#newsletter-1)."""

import enum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Text,
)
from sqlalchemy.dialects.postgresql import BYTEA

from customer_gql.database.tables import created_at, one_of, table


class SubscriptionStatus(enum.StrEnum):
    SUBSCRIBED = "SUBSCRIBED"
    NOT_ACTIVE = "NOT_ACTIVE"
    UNSUBSCRIBED = "UNSUBSCRIBED"
    UNCONFIRMED = "UNCONFIRMED"


newsletter_subscription = table(
    "newsletter_subscription",
    Column("customer_id", BigInteger, nullable=False),
    Column("store_view_id", ForeignKey("store_view.id"), nullable=False),
    Column("status", Text, nullable=False),
    created_at("changed_at"),
    # When somebody last asked to end this very subscription, whether or not it went on.
    Column("opted_out_at", DateTime(timezone=True)),
    PrimaryKeyConstraint("customer_id", "store_view_id"),
    ForeignKeyConstraint(["customer_id"], ["customer.id"], ondelete="CASCADE"),
    one_of("status", SubscriptionStatus),
    distribution="customer",
)

# Links that prove the wish to be the owner's, by their SHA-256; bound to the address they were mailed to.
newsletter_confirmation = table(
    "newsletter_confirmation",
    Column("token_hash", BYTEA, primary_key=True),
    Column("customer_id", BigInteger, nullable=False),
    Column("store_view_id", BigInteger, nullable=False),
    Column("email_hash", BYTEA, nullable=False),
    created_at(),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
    CheckConstraint("octet_length(token_hash) = 32", name="token_hash_is_sha256"),
    Index("ix_newsletter_confirmation_customer_id", "customer_id"),
    distribution="lookup",
)
