"""Uploads, reports and exports, and the parts of those that the database keeps.

New tables, which lock nothing that is in use.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "d997cecee033"
down_revision = "8e4fab30c5d7"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stored_file",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("owner_kind", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("recipient_staff_ids", postgresql.ARRAY(sa.BigInteger()), server_default="{}", nullable=False),
        sa.Column("permissions", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("website_ids", postgresql.ARRAY(sa.BigInteger()), nullable=True),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("storage", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("row_count", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("owner_kind IN ('STAFF', 'SERVICE')", name=op.f("ck_stored_file_owner_kind")),
        sa.CheckConstraint("purpose IN ('EXPORT', 'REPORT', 'UPLOAD')", name=op.f("ck_stored_file_purpose")),
        sa.CheckConstraint("storage IN ('DATABASE', 'FOLDER')", name=op.f("ck_stored_file_storage")),
        sa.CheckConstraint(
            "stored_at IS NULL OR (size_bytes IS NOT NULL AND sha256 IS NOT NULL)", name=op.f("ck_stored_file_stored")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
    )
    op.create_index("ix_stored_file_expires_at", "stored_file", ["expires_at"], unique=False)
    op.create_index(
        "ix_stored_file_job", "stored_file", ["job_id"], unique=False, postgresql_where=sa.text("job_id IS NOT NULL")
    )
    op.create_index(
        "ix_stored_file_unfinished",
        "stored_file",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("stored_at IS NULL"),
    )
    op.create_table(
        "stored_file_part",
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("file_id", "number", name=op.f("pk_stored_file_part")),
    )


def downgrade() -> None:
    op.drop_table("stored_file_part")
    op.drop_index("ix_stored_file_unfinished", table_name="stored_file", postgresql_where=sa.text("stored_at IS NULL"))
    op.drop_index("ix_stored_file_job", table_name="stored_file", postgresql_where=sa.text("job_id IS NOT NULL"))
    op.drop_index("ix_stored_file_expires_at", table_name="stored_file")
    op.drop_table("stored_file")
