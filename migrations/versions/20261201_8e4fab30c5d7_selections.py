"""Selections of records: their ids, frozen.

New tables, which lock nothing that is in use.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "8e4fab30c5d7"
down_revision = "e27b50d8c1f4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "selection",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("grid", sa.Text(), nullable=False),
        sa.Column("owner_kind", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("owner_kind IN ('STAFF', 'SERVICE')", name=op.f("ck_selection_owner_kind")),
        sa.CheckConstraint("scope IN ('IDS', 'FILTER', 'VIEW', 'EVERYTHING')", name=op.f("ck_selection_scope")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_selection")),
    )
    op.create_index("ix_selection_owner", "selection", ["owner_kind", "owner_id"])
    op.create_index("ix_selection_expires_at", "selection", ["expires_at"])
    op.create_table(
        "selection_batch",
        sa.Column("selection_id", sa.BigInteger(), nullable=False),
        sa.Column("first_line", sa.Integer(), nullable=False),
        sa.Column("customer_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.PrimaryKeyConstraint("selection_id", "first_line", name=op.f("pk_selection_batch")),
    )


def downgrade() -> None:
    op.drop_table("selection_batch")
    op.drop_table("selection")
