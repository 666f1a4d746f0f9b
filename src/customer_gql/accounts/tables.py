"""What lets a customer in: tokens and password reset links, stored only as SHA-256."""

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index
from sqlalchemy.dialects.postgresql import BYTEA

from customer_gql.core.db import created_at, table

customer_token = table(
    "customer_token",
    Column("token_hash", BYTEA, primary_key=True),
    Column("customer_id", BigInteger, nullable=False),
    created_at(),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("octet_length(token_hash) = 32", name="token_hash_is_sha256"),
    Index("ix_customer_token_customer_id", "customer_id"),
    spread="lookup",
)

password_reset = table(
    "password_reset",
    Column("token_hash", BYTEA, primary_key=True),
    Column("customer_id", BigInteger, nullable=False),
    # The link is bound to the address it was mailed to; a change of address kills it.
    Column("email_hash", BYTEA, nullable=False),
    created_at(),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
    CheckConstraint("octet_length(token_hash) = 32", name="token_hash_is_sha256"),
    CheckConstraint("expires_at > created_at", name="expires_later"),
    Index("ix_password_reset_customer_id_created_at", "customer_id", "created_at"),
    spread="lookup",
)
