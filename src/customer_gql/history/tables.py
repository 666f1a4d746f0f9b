"""What was done to a customer, by whom, with each field before and after."""

import enum

from sqlalchemy import BigInteger, Column, Index, Integer, PrimaryKeyConstraint, Text
from sqlalchemy.dialects.postgresql import JSONB

from customer_gql.core.db import created_at, one_of, table


class Actor(enum.StrEnum):
    CUSTOMER = "CUSTOMER"
    STAFF = "STAFF"
    SYSTEM = "SYSTEM"


# No foreign key to the customer: history outlives the account (domain §3.4).
customer_event = table(
    "customer_event",
    Column("customer_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("actor", Text, nullable=False),
    Column("actor_id", BigInteger),
    # Staff who acted signed in as the customer; the actor is the customer then.
    Column("impersonator_id", BigInteger),
    Column("changes", JSONB, nullable=False, server_default="{}"),
    created_at(),
    PrimaryKeyConstraint("customer_id", "id"),
    Index("ix_customer_event_customer_id_version", "customer_id", "version"),
    one_of("actor", Actor),
    spread="customer",
    append_only=True,
)
