"""What the entries of every ledger share, and the movements that rules refused (docs/domain/ledgers.md#ledgers-4)."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.schema import SchemaItem

from customer_gql.customers.history.tables import HistoryActor
from customer_gql.database.tables import created_at, one_of, table


def _actor_columns() -> tuple[SchemaItem, ...]:
    """The identity that a movement belongs to; the service itself has no id and counts as 0, so that keys can be unique."""
    return (
        Column("actor", Text, nullable=False),
        Column("actor_id", BigInteger, nullable=False),
        Column("idempotency_key", Text, nullable=False),
    )


def movement_columns() -> tuple[SchemaItem, ...]:
    """The columns of every entry, beside its key and what it moved. A key belongs to the actor who chose it."""
    return (
        *_actor_columns(),
        Column("order_id", BigInteger),
        Column("comment", Text),
        Column("is_customer_notified", Boolean, nullable=False, server_default="false"),
        created_at(),
        UniqueConstraint("customer_id", "actor", "actor_id", "idempotency_key"),
        one_of("actor", HistoryActor),
    )


# The answer to a key whose movement a rule refused: a repeat gets it again. `body_hash` tells another movement apart.
refused_movement = table(
    "refused_movement",
    Column("customer_id", BigInteger, nullable=False),
    Column("ledger", Text, nullable=False),
    *_actor_columns(),
    Column("body_hash", BigInteger, nullable=False),
    Column("refusals", JSONB, nullable=False),
    created_at(),
    PrimaryKeyConstraint("customer_id", "ledger", "actor", "actor_id", "idempotency_key"),
    CheckConstraint("char_length(idempotency_key) BETWEEN 1 AND 128", name="idempotency_key_length"),
    one_of("actor", HistoryActor),
    Index("ix_refused_movement_created_at", "created_at"),
    distribution="customer",
)
