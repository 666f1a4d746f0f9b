"""Devices that remember who signed in last.

Creates an empty table, and locks nothing that is in use.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "d7a40c1e95b2"
down_revision = "c3f9b27de810"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "remembered_sign_in",
        sa.Column("token_hash", postgresql.BYTEA(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=False),
        sa.Column("website_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_remembered_sign_in_token_hash_is_sha256")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_remembered_sign_in")),
    )
    op.create_index(
        "ix_remembered_sign_in_customer_id", "remembered_sign_in", ["customer_id", "session_id"], unique=False
    )
    op.create_index("ix_remembered_sign_in_expires_at", "remembered_sign_in", ["expires_at"], unique=False)


def downgrade() -> None:
    op.drop_table("remembered_sign_in")
