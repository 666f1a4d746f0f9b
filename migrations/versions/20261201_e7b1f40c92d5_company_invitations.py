"""Invitations to companies. A new table; nothing waits for it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "e7b1f40c92d5"
down_revision = "c3d8e51f7a06"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "company_invitation",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_normalised", sa.Text(collation="C"), nullable=False),
        sa.Column("role_id", sa.BigInteger(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("job_title", sa.Text(), nullable=True),
        sa.Column("telephone", sa.Text(), nullable=True),
        sa.Column("token_hash", postgresql.BYTEA(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("char_length(email) BETWEEN 3 AND 254", name="email_length"),
        sa.CheckConstraint("char_length(job_title) <= 255", name="job_title_length"),
        sa.CheckConstraint("octet_length(token_hash) = 32", name="token_is_sha256"),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["company_id", "role_id"], ["company_role.company_id", "company_role.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
        if_not_exists=True,
    )
    for name, columns, unique in (
        ("uq_company_invitation_email", ["company_id", "email_normalised"], True),
        ("ix_company_invitation_page", ["company_id", "created_at", "id"], False),
        ("ix_company_invitation_role_id", ["role_id"], False),
        ("ix_company_invitation_expires_at", ["expires_at"], False),
    ):
        op.create_index(name, "company_invitation", columns, unique=unique, if_not_exists=True)


def downgrade() -> None:
    op.drop_table("company_invitation", if_exists=True)
