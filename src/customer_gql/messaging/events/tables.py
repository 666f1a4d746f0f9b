"""What happened, for other systems: ids and names of fields, never their values."""

from sqlalchemy import BigInteger, Column, DateTime, Index, Text, func
from sqlalchemy.dialects.postgresql import ARRAY

from customer_gql.database.tables import table

# No foreign keys: an event outlives what it is about. Customer and website say who may read it.
domain_event = table(
    "domain_event",
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("type", Text, nullable=False),
    # The public id of what changed.
    Column("subject", Text, nullable=False),
    Column("changed_fields", ARRAY(Text), nullable=False, server_default="{}"),
    Column("customer_id", BigInteger),
    Column("website_id", BigInteger),
    Column("actor", Text, nullable=False),
    Column("actor_id", BigInteger),
    Column("occurred_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("ix_domain_event_occurred_at", "occurred_at"),
    distribution="local",
)
