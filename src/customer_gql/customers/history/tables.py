"""What was done to a customer, by whom, with each field before and after."""

import enum

from sqlalchemy import BigInteger, Column, Index, Integer, PrimaryKeyConstraint, Text
from sqlalchemy.dialects.postgresql import JSONB

from customer_gql.database.tables import created_at, one_of, table


class Actor(enum.StrEnum):
    CUSTOMER = "CUSTOMER"
    STAFF = "STAFF"
    SERVICE = "SERVICE"
    SYSTEM = "SYSTEM"


# No foreign key to the customer: history outlives the account (docs/domain/history.md#history-4).
customer_event = table(
    "customer_event",
    Column("customer_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("actor", Text, nullable=False),
    Column("actor_id", BigInteger),
    # The staff user who acts as the customer, where one does.
    Column("impersonator_id", BigInteger),
    # Where the request came from; null for what no request caused.
    Column("address", Text),
    Column("changes", JSONB, nullable=False, server_default="{}"),
    created_at(),
    PrimaryKeyConstraint("customer_id", "id"),
    Index("ix_customer_event_customer_id_version", "customer_id", "version"),
    one_of("actor", Actor),
    distribution="customer",
    append_only=True,
)
