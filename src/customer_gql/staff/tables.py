"""Those who work in the shop: users, roles as sets of permissions, and their tokens."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, DateTime, ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA

from customer_gql.core.db import created_at, table

staff_role = table(
    "staff_role",
    Column("id", BigInteger, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("permissions", ARRAY(Text), nullable=False),
    spread="reference",
)

staff_user = table(
    "staff_user",
    Column("id", BigInteger, primary_key=True),
    Column("email", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("job_title", Text),
    Column("role_id", ForeignKey("staff_role.id"), nullable=False),
    Column("is_active", Boolean, nullable=False, server_default="true"),
    created_at(),
    CheckConstraint("email = lower(email)", name="email_normalised"),
    spread="reference",
)

staff_token = table(
    "staff_token",
    Column("token_hash", BYTEA, primary_key=True),
    Column("staff_id", ForeignKey("staff_user.id", ondelete="CASCADE"), nullable=False),
    created_at(),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("octet_length(token_hash) = 32", name="token_hash_is_sha256"),
    Index("ix_staff_token_staff_id", "staff_id"),
    spread="reference",
)
