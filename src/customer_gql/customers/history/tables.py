"""What was done to a customer, by which actor, with each field before and after."""

import enum

from sqlalchemy import BigInteger, Column, Index, Integer, PrimaryKeyConstraint

from customer_gql.core.actor import ActorKind
from customer_gql.database.tables import table
from customer_gql.security.audit import event_columns


class HistoryActor(enum.StrEnum):
    """The kinds of actors that change customers."""

    CUSTOMER = ActorKind.CUSTOMER.value
    STAFF = ActorKind.STAFF.value
    SERVICE = ActorKind.SERVICE.value
    SYSTEM = ActorKind.SYSTEM.value


# No foreign key to the customer: history outlives the account (docs/domain/history.md#history-4).
customer_event = table(
    "customer_event",
    Column("customer_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    # The staff user who acts as the customer, where one does.
    Column("impersonator_id", BigInteger),
    Column("job_id", BigInteger),
    *event_columns(HistoryActor),
    PrimaryKeyConstraint("customer_id", "id"),
    Index("ix_customer_event_customer_id_version", "customer_id", "version"),
    Index("ix_customer_event_created_at", "created_at", "customer_id", "id"),
    Index("ix_customer_event_kind", "kind", "created_at", "customer_id", "id"),
    distribution="customer",
    append_only=True,
)
