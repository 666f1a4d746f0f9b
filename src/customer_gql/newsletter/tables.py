"""A customer's subscriptions, one for each store view (domain §22.2)."""

import enum

from sqlalchemy import BigInteger, Column, ForeignKey, ForeignKeyConstraint, PrimaryKeyConstraint, Text

from customer_gql.core.db import created_at, one_of, table


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
    PrimaryKeyConstraint("customer_id", "store_view_id"),
    ForeignKeyConstraint(["customer_id"], ["customer.id"], ondelete="CASCADE"),
    one_of("status", SubscriptionStatus),
    spread="customer",
)
