"""Devices on which customers and staff signed in before.

A new table locks the tables its foreign keys refer to for a moment; this one has none.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "8d1f0c27b3aa"
down_revision = "e46ab96d1b16"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "known_device",
        sa.Column("token_hash", postgresql.BYTEA(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("identity IN ('customer', 'staff')", name=op.f("ck_known_device_identity")),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_known_device_token_hash_is_sha256")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_known_device")),
    )
    op.create_index("ix_known_device_identity_owner_id", "known_device", ["identity", "owner_id"], unique=False)
    op.create_index("ix_known_device_expires_at", "known_device", ["expires_at"], unique=False)


def downgrade() -> None:
    op.drop_table("known_device")
