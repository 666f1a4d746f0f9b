"""What lets a customer in: password, sessions, and links and codes, of which only the SHA-256 is stored."""

import enum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import BYTEA

from customer_gql.database.tables import created_at, one_of, table
from customer_gql.security.sessions import token_columns
from customer_gql.security.tables import hash_column, hash_key, is_sha256

# Apart from the customer, so that no list of customers ever reads it. No row: no password was chosen yet.
customer_password = table(
    "customer_password",
    Column("customer_id", ForeignKey("customer.id", ondelete="CASCADE"), primary_key=True),
    Column("hash", Text, nullable=False),
    created_at("changed_at"),
    distribution="customer",
)

customer_session = table(
    "customer_session",
    Column("customer_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    # Where it signed in; only shared accounts go to another website with it (docs/domain/account-scope.md#account-scope-7).
    Column("website_id", ForeignKey("website.id"), nullable=False),
    Column("device", Text),
    Column("address", Text),
    created_at(),
    created_at("last_used_at"),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("customer_id", "id"),
    ForeignKeyConstraint(["customer_id"], ["customer.id"], ondelete="CASCADE"),
    CheckConstraint("char_length(device) <= 200", name="device_length"),
    distribution="customer",
)

# Read with every request: a row here is a right to come in, and the end of a session deletes it.
customer_token = table(
    "customer_token",
    *token_columns(hash_column()),
    Column("customer_id", BigInteger, nullable=False),
    # A session of the customer, or an impersonation when `staff_id` says whose.
    Column("session_id", BigInteger, nullable=False),
    Column("staff_id", BigInteger),
    # As of its session, so that a request reads one row.
    Column("website_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("customer_id", "token_hash"),
    Index("ix_customer_token_token_hash", "token_hash"),
    distribution="customer",
)

# Used ones are kept until the session ends: who brings one again has stolen it, or was stolen from.
customer_refresh_token = table(
    "customer_refresh_token",
    hash_column(),
    Column("customer_id", BigInteger, nullable=False),
    Column("session_id", BigInteger, nullable=False),
    created_at(),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
    # For a short time after its use, the grant that it was exchanged for, encrypted with a key that only the presented
    # token gives; deleted when the next one is used.
    Column("successor", BYTEA),
    Column("successor_until", DateTime(timezone=True)),
    PrimaryKeyConstraint("customer_id", "token_hash"),
    is_sha256(),
    CheckConstraint("(successor IS NULL) = (successor_until IS NULL)", name="successor"),
    Index(
        "ix_customer_refresh_token_successor_until", "successor_until", postgresql_where=text("successor IS NOT NULL")
    ),
    Index("ix_customer_refresh_token_token_hash", "token_hash"),
    distribution="customer",
)

# A device on which the customer asked to be remembered. Its token shows the first name and the cart, and lets nobody in.
remembered_sign_in = table(
    "remembered_sign_in",
    hash_column(),
    Column("customer_id", BigInteger, nullable=False),
    # The sign-in that it was issued with, which may be over.
    Column("session_id", BigInteger, nullable=False),
    Column("website_id", BigInteger, nullable=False),
    created_at(),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("customer_id", "token_hash"),
    is_sha256(),
    Index("ix_remembered_sign_in_customer_id", "customer_id", "session_id"),
    Index("ix_remembered_sign_in_expires_at", "expires_at"),
    Index("ix_remembered_sign_in_token_hash", "token_hash"),
    distribution="customer",
)

password_reset = table(
    "password_reset",
    hash_column(),
    Column("customer_id", BigInteger, nullable=False),
    # The link is bound to the address it was mailed to; a change of address kills it.
    Column("email_hash", BYTEA, nullable=False),
    created_at(),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
    PrimaryKeyConstraint("customer_id", "token_hash"),
    is_sha256(),
    CheckConstraint("expires_at > created_at", name="expires_later"),
    Index("ix_password_reset_customer_id_created_at", "customer_id", "created_at"),
    Index("ix_password_reset_token_hash", "token_hash"),
    distribution="customer",
)


class EmailPurpose(enum.StrEnum):
    CONFIRM = "CONFIRM"
    CHANGE = "CHANGE"


# Links that prove an address: the one an account was made with, or the one it changes to.
email_token = table(
    "email_token",
    hash_column(),
    Column("customer_id", BigInteger, nullable=False),
    Column("purpose", Text, nullable=False),
    # The address the account had when the link was mailed; the link dies with it.
    Column("email_hash", BYTEA, nullable=False),
    Column("new_email", Text),
    created_at(),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
    PrimaryKeyConstraint("customer_id", "token_hash"),
    is_sha256(),
    one_of("purpose", EmailPurpose),
    CheckConstraint("(purpose = 'CHANGE') = (new_email IS NOT NULL)", name="new_email"),
    Index("ix_email_token_customer_id_created_at", "customer_id", "created_at"),
    Index("ix_email_token_token_hash", "token_hash"),
    distribution="customer",
)

# What an address that staff changed was before, for its owner to restore. Apart from the other links: a change of a
# credential revokes those, and the new address must not be able to revoke this one.
email_change_undo = table(
    "email_change_undo",
    hash_column(),
    Column("customer_id", BigInteger, nullable=False),
    Column("email", Text, nullable=False),
    Column("password_hash", Text),
    # The account's own sign-up made it, and nobody had proved the address: the password may be a stranger's.
    Column("was_unproved", Boolean, nullable=False, server_default="false"),
    Column("is_email_confirmed", Boolean, nullable=False),
    created_at(),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
    PrimaryKeyConstraint("customer_id", "token_hash"),
    is_sha256(),
    Index("ix_email_change_undo_token_hash", "token_hash"),
    distribution="customer",
)

impersonation = table(
    "impersonation",
    Column("customer_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("staff_id", ForeignKey("staff_user.id"), nullable=False),
    Column("reason", Text, nullable=False),
    # When the code was given; it is exchanged within a minute or never.
    created_at(),
    Column("started_at", DateTime(timezone=True)),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    PrimaryKeyConstraint("customer_id", "id"),
    ForeignKeyConstraint(["customer_id"], ["customer.id"], ondelete="CASCADE"),
    CheckConstraint("char_length(reason) BETWEEN 1 AND 1000", name="reason_length"),
    Index("ix_impersonation_live", "expires_at", postgresql_where=text("ended_at IS NULL")),
    distribution="customer",
)

login_code = table(
    "login_code",
    hash_column("code_hash"),
    Column("customer_id", BigInteger, nullable=False),
    Column("impersonation_id", BigInteger, nullable=False),
    Column("staff_id", BigInteger, nullable=False),
    created_at(),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
    PrimaryKeyConstraint("customer_id", "code_hash"),
    is_sha256("code_hash"),
    Index("ix_login_code_code_hash", "code_hash"),
    distribution="customer",
)

# Whose a secret is, by its hash, where tables are distributed by customer; empty on one machine, where an index of each table leads to
# it. A row that outlives its secret leads to nothing.
customer_secret_owner = table(
    "customer_secret_owner",
    hash_key("secret_hash"),
    Column("customer_id", BigInteger, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    is_sha256("secret_hash"),
    Index("ix_customer_secret_owner_expires_at", "expires_at"),
    distribution="lookup",
)
