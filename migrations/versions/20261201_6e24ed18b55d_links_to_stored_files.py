"""Links by which a file is downloaded once.

A new table, which locks nothing that is in use.
"""

import sqlalchemy as sa
from alembic import op

revision = "6e24ed18b55d"
down_revision = "5d4e0a7f2b18"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stored_file_link",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("owner_kind", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("owner_kind IN ('STAFF', 'SERVICE')", name=op.f("ck_stored_file_link_owner_kind")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_stored_file_link")),
    )
    op.create_index("ix_stored_file_link_expires_at", "stored_file_link", ["expires_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_stored_file_link_expires_at", table_name="stored_file_link")
    op.drop_table("stored_file_link")
