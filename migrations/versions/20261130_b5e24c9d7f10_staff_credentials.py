"""Reset links of staff, and the identities that staff have at a provider.

A new table locks the tables its foreign keys refer to for a moment. A column without a default is added in a moment.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "b5e24c9d7f10"
down_revision = "eb26e684f919"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff_password_reset",
        sa.Column("token_hash", postgresql.BYTEA(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_staff_password_reset_token_hash_is_sha256")),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff_user.id"],
            name=op.f("fk_staff_password_reset_staff_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_staff_password_reset")),
    )
    op.create_index("uq_staff_password_reset_staff_id", "staff_password_reset", ["staff_id"], unique=True)
    op.create_table(
        "staff_oidc_identity",
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff_user.id"],
            name=op.f("fk_staff_oidc_identity_staff_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_staff_oidc_identity")),
    )
    op.create_index(
        "uq_staff_oidc_identity_staff_id_issuer", "staff_oidc_identity", ["staff_id", "issuer"], unique=True
    )
    op.add_column("staff_oidc_flow", sa.Column("challenge", sa.Text(), nullable=True))
    op.add_column("staff_oidc_code", sa.Column("challenge", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("staff_oidc_code", "challenge")
    op.drop_column("staff_oidc_flow", "challenge")
    for table in ("staff_oidc_identity", "staff_password_reset"):
        op.drop_table(table)
