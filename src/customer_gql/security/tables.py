"""Columns of hashed secrets, and the counters of failed attempts of customers and staff."""

from sqlalchemy import CheckConstraint, Column, DateTime, Index, Integer
from sqlalchemy.dialects.postgresql import BYTEA

from customer_gql.database.tables import table


def hash_key(name: str = "token_hash") -> Column[bytes]:
    """The primary key of a table that is looked up by the SHA-256 of a secret."""
    return Column(name, BYTEA, primary_key=True)


def is_sha256(name: str = "token_hash") -> CheckConstraint:
    return CheckConstraint(f"octet_length({name}) = 32", name=f"{name}_is_sha256")


# One row for an account or a network peer of an identity, by a hash that names nobody.
throttle = table(
    "throttle",
    hash_key("key_hash"),
    Column("count", Integer, nullable=False),
    # Of an account: when the next attempt is possible. Of a peer: when the count starts from zero again.
    Column("until", DateTime(timezone=True), nullable=False),
    is_sha256("key_hash"),
    Index("ix_throttle_until", "until"),
    distribution="local",
)
