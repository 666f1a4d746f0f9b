"""Saved views of grids, and the ones that people start with.

New tables, which lock nothing that is in use.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "c9a4d01e77b2"
down_revision = "c41d9e07b2a6"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "grid_view",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("grid", sa.Text(), nullable=False),
        sa.Column("owner_kind", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_sort_key", sa.Text(collation="C"), server_default="", nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("owner_kind IN ('STAFF', 'SERVICE')", name=op.f("ck_grid_view_owner_kind")),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 100", name=op.f("ck_grid_view_name_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grid_view")),
    )
    op.create_index("ix_grid_view_owner", "grid_view", ["grid", "owner_kind", "owner_id"])
    op.create_index(
        "ix_grid_view_shared", "grid_view", ["grid", "name_sort_key", "id"], postgresql_where=sa.text("is_shared")
    )
    op.create_table(
        "grid_view_default",
        sa.Column("grid", sa.Text(), nullable=False),
        sa.Column("owner_kind", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("view_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("owner_kind IN ('STAFF', 'SERVICE')", name=op.f("ck_grid_view_default_owner_kind")),
        sa.ForeignKeyConstraint(
            ["view_id"], ["grid_view.id"], name=op.f("fk_grid_view_default_view_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("grid", "owner_kind", "owner_id", name=op.f("pk_grid_view_default")),
    )
    op.create_index("ix_grid_view_default_view_id", "grid_view_default", ["view_id"])


def downgrade() -> None:
    op.drop_table("grid_view_default")
    op.drop_table("grid_view")
