"""Those who work in the shop: users, roles as sets of permissions, what lets them in, and what they did."""

import enum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA

from customer_gql.core.actor import ActorKind
from customer_gql.database.tables import created_at, one_of, sort_key_column, table
from customer_gql.security.audit import event_columns
from customer_gql.security.sessions import token_columns
from customer_gql.security.tables import hash_key, is_sha256

# `website_ids` null reaches every website, those made later included.
staff_role = table(
    "staff_role",
    Column("id", BigInteger, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("permissions", ARRAY(Text), nullable=False),
    Column("website_ids", ARRAY(BigInteger)),
    Column("version", Integer, nullable=False, server_default="1"),
    sort_key_column(),
    CheckConstraint("char_length(name) BETWEEN 1 AND 255", name="name_length"),
    CheckConstraint("cardinality(website_ids) > 0", name="website_ids"),
    distribution="reference",
)

staff_user = table(
    "staff_user",
    Column("id", BigInteger, primary_key=True),
    Column("email", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("job_title", Text),
    Column("role_id", ForeignKey("staff_role.id"), nullable=False),
    Column("is_active", Boolean, nullable=False, server_default="true"),
    Column("version", Integer, nullable=False, server_default="1"),
    created_at(),
    sort_key_column(),
    CheckConstraint("email = lower(email)", name="email_normalised"),
    distribution="reference",
)

# Apart from the user, so that no read of users carries it.
staff_password = table(
    "staff_password",
    Column("staff_id", ForeignKey("staff_user.id", ondelete="CASCADE"), primary_key=True),
    Column("hash", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    distribution="local",
)

# The secret is encrypted with a key of the settings. `last_step` is the newest half minute whose code was used.
staff_totp = table(
    "staff_totp",
    Column("staff_id", ForeignKey("staff_user.id", ondelete="CASCADE"), primary_key=True),
    Column("secret", BYTEA, nullable=False),
    Column("confirmed_at", DateTime(timezone=True)),
    Column("last_step", BigInteger, nullable=False, server_default="0"),
    distribution="local",
)

staff_recovery_code = table(
    "staff_recovery_code",
    Column("staff_id", ForeignKey("staff_user.id", ondelete="CASCADE"), nullable=False),
    Column("code_hash", BYTEA, nullable=False),
    PrimaryKeyConstraint("staff_id", "code_hash"),
    distribution="local",
)


class SignedInBy(enum.StrEnum):
    PASSWORD = "PASSWORD"  # noqa: S105 - a way in, no secret
    OIDC = "OIDC"
    COMMAND_LINE = "COMMAND_LINE"


staff_session = table(
    "staff_session",
    *token_columns(),
    Column("id", BigInteger, nullable=False, unique=True),
    Column("staff_id", ForeignKey("staff_user.id", ondelete="CASCADE"), nullable=False),
    Column("signed_in_by", Text, nullable=False),
    Column("last_used_at", DateTime(timezone=True), nullable=False),
    Column("address", Text),
    Column("user_agent", Text),
    one_of("signed_in_by", SignedInBy),
    Index("ix_staff_session_staff_id", "staff_id"),
    distribution="local",
)

staff_invitation = table(
    "staff_invitation",
    hash_key(),
    Column("staff_id", ForeignKey("staff_user.id", ondelete="CASCADE"), nullable=False),
    created_at(),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    is_sha256(),
    # One row for a user: a newer link takes the place of the older.
    Index("uq_staff_invitation_staff_id", "staff_id", unique=True),
    distribution="local",
)

# A link by which a staff user who forgot the password chooses a new one.
staff_password_reset = table(
    "staff_password_reset",
    hash_key(),
    Column("staff_id", ForeignKey("staff_user.id", ondelete="CASCADE"), nullable=False),
    created_at(),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    is_sha256(),
    # One row for a user: a newer link takes the place of the older.
    Index("uq_staff_password_reset_staff_id", "staff_id", unique=True),
    distribution="local",
)

service_token = table(
    "service_token",
    Column("id", BigInteger, primary_key=True),
    Column("name", Text, nullable=False),
    Column("permissions", ARRAY(Text), nullable=False),
    Column("website_ids", ARRAY(BigInteger)),
    Column("created_by", ForeignKey("staff_user.id"), nullable=False),
    created_at(),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("revoked_at", DateTime(timezone=True)),
    # Points of cost per second; null for the rate of the process.
    Column("rate", Integer),
    CheckConstraint("char_length(name) BETWEEN 1 AND 255", name="name_length"),
    CheckConstraint("cardinality(website_ids) > 0", name="website_ids"),
    CheckConstraint("rate BETWEEN 100 AND 100000", name="rate"),
    distribution="reference",
)

# The secrets that stand for a service token: the newest, and for a while those it was rotated from.
service_token_secret = table(
    "service_token_secret",
    hash_key(),
    Column("service_token_id", ForeignKey("service_token.id", ondelete="CASCADE"), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    is_sha256(),
    Index("ix_service_token_secret_service_token_id", "service_token_id"),
    distribution="local",
)


class StaffActor(enum.StrEnum):
    """The kinds of actors that the history of staff names; a customer changes a company that they buy for."""

    CUSTOMER = ActorKind.CUSTOMER.value
    STAFF = ActorKind.STAFF.value
    SERVICE = ActorKind.SERVICE.value
    SYSTEM = ActorKind.SYSTEM.value
    NOBODY = ActorKind.NOBODY.value


# No foreign keys: what was done outlives who did it.
staff_event = table(
    "staff_event",
    Column("id", BigInteger, primary_key=True),
    Column("subject", Text),
    # Version of the subject after it, where it has versions.
    Column("version", Integer),
    *event_columns(StaffActor),
    # The job that did it, where one did.
    Column("job_id", BigInteger),
    Index("ix_staff_event_created_at_id", "created_at", "id"),
    Index("ix_staff_event_subject_version", "subject", "version", postgresql_where=text("version IS NOT NULL")),
    distribution="local",
    append_only=True,
)

# A sign-in at the identity provider that is under way: what has to match when its answer comes.
staff_oidc_flow = table(
    "staff_oidc_flow",
    hash_key("state_hash"),
    Column("nonce", Text, nullable=False),
    Column("verifier", Text, nullable=False),
    # SHA-256 of the verifier that the page which started it keeps, in URL-safe base64. Null only in rows of older code.
    Column("challenge", Text),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    distribution="local",
)

# What the browser carries back from the provider's answer, once, to be exchanged for a session.
staff_oidc_code = table(
    "staff_oidc_code",
    hash_key("code_hash"),
    Column("staff_id", ForeignKey("staff_user.id", ondelete="CASCADE"), nullable=False),
    Column("challenge", Text),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    distribution="local",
)

# The account at an identity provider that a staff user signed in with first. From then on no other one lets them in.
staff_oidc_identity = table(
    "staff_oidc_identity",
    Column("issuer", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("staff_id", ForeignKey("staff_user.id", ondelete="CASCADE"), nullable=False),
    created_at(),
    PrimaryKeyConstraint("issuer", "subject"),
    Index("uq_staff_oidc_identity_staff_id_issuer", "staff_id", "issuer", unique=True),
    distribution="local",
)
