"""Columns of hashed secrets, the counters of failed attempts, and the known devices of customers and staff."""

import enum

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index, Integer, Text
from sqlalchemy.dialects.postgresql import BYTEA

from customer_gql.core.viewer import ViewerKind
from customer_gql.database.tables import created_at, one_of, table


def hash_key(name: str = "token_hash") -> Column[bytes]:
    """The primary key of a table that is looked up by the SHA-256 of a secret."""
    return Column(name, BYTEA, primary_key=True)


def hash_column(name: str = "token_hash") -> Column[bytes]:
    """The same of a table in which a secret lies with its owner."""
    return Column(name, BYTEA, nullable=False)


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
    distribution="lookup",
    names_no_customer=True,
)


class DeviceOwner(enum.Enum):
    """The identities whose devices are known."""

    CUSTOMER = ViewerKind.CUSTOMER.value
    STAFF = ViewerKind.STAFF.value


# A device on which the owner signed in. Its token proves nothing but that; it lets nobody in.
known_device = table(
    "known_device",
    hash_key(),
    Column("identity", Text, nullable=False),
    # A customer or a staff user, as `identity` says; its slice deletes the rows with the account.
    Column("owner_id", BigInteger, nullable=False),
    created_at(),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    is_sha256(),
    one_of("identity", DeviceOwner),
    Index("ix_known_device_identity_owner_id", "identity", "owner_id"),
    Index("ix_known_device_expires_at", "expires_at"),
    distribution="local",
)
