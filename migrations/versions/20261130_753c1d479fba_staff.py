"""Tables of staff, their roles and service tokens.

Append-only tables are protected by privileges, not triggers, because triggers cannot stand on distributed tables. A
superuser is not bound by them.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "753c1d479fba"
down_revision = "c74e722d2b61"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff_event",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.CheckConstraint("actor IN ('STAFF', 'SERVICE', 'SYSTEM', 'NOBODY')", name=op.f("ck_staff_event_actor")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_event")),
    )
    op.create_index("ix_staff_event_created_at_id", "staff_event", ["created_at", "id"], unique=False)
    op.create_index(
        "ix_staff_event_subject_version",
        "staff_event",
        ["subject", "version"],
        unique=False,
        postgresql_where=sa.text("version IS NOT NULL"),
    )
    op.create_table(
        "staff_oidc_flow",
        sa.Column("state_hash", postgresql.BYTEA(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("verifier", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_staff_oidc_flow")),
    )
    op.create_table(
        "staff_role",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("permissions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("website_ids", postgresql.ARRAY(sa.BigInteger()), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("cardinality(website_ids) > 0", name=op.f("ck_staff_role_website_ids")),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 255", name=op.f("ck_staff_role_name_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_role")),
        sa.UniqueConstraint("name", name=op.f("uq_staff_role_name")),
    )
    op.create_table(
        "staff_user",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("job_title", sa.Text(), nullable=True),
        sa.Column("role_id", sa.BigInteger(), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_staff_user_email_normalised")),
        sa.ForeignKeyConstraint(["role_id"], ["staff_role.id"], name=op.f("fk_staff_user_role_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_user")),
        sa.UniqueConstraint("email", name=op.f("uq_staff_user_email")),
    )
    op.create_table(
        "service_token",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("permissions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("website_ids", postgresql.ARRAY(sa.BigInteger()), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("cardinality(website_ids) > 0", name=op.f("ck_service_token_website_ids")),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 255", name=op.f("ck_service_token_name_length")),
        sa.ForeignKeyConstraint(["created_by"], ["staff_user.id"], name=op.f("fk_service_token_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_token")),
    )
    op.create_table(
        "staff_invitation",
        sa.Column("token_hash", postgresql.BYTEA(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_staff_invitation_token_hash_is_sha256")),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_user.id"], name=op.f("fk_staff_invitation_staff_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_staff_invitation")),
    )
    op.create_index("uq_staff_invitation_staff_id", "staff_invitation", ["staff_id"], unique=True)
    op.create_table(
        "staff_oidc_code",
        sa.Column("code_hash", postgresql.BYTEA(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_user.id"], name=op.f("fk_staff_oidc_code_staff_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_staff_oidc_code")),
    )
    op.create_table(
        "staff_password",
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_user.id"], name=op.f("fk_staff_password_staff_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_staff_password")),
    )
    op.create_table(
        "staff_recovery_code",
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("code_hash", postgresql.BYTEA(), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_user.id"], name=op.f("fk_staff_recovery_code_staff_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("staff_id", "code_hash", name=op.f("pk_staff_recovery_code")),
    )
    op.create_table(
        "staff_session",
        sa.Column("token_hash", postgresql.BYTEA(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("signed_in_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idle_seconds", sa.Integer(), nullable=False),
        sa.Column("idle_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("user_agent", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "signed_in_by IN ('PASSWORD', 'OIDC', 'COMMAND_LINE')", name=op.f("ck_staff_session_signed_in_by")
        ),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_staff_session_token_hash_is_sha256")),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_user.id"], name=op.f("fk_staff_session_staff_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_staff_session")),
        sa.UniqueConstraint("id", name=op.f("uq_staff_session_id")),
    )
    op.create_index("ix_staff_session_staff_id", "staff_session", ["staff_id"], unique=False)
    op.create_table(
        "staff_totp",
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("secret", postgresql.BYTEA(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_user.id"], name=op.f("fk_staff_totp_staff_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_staff_totp")),
    )
    op.create_table(
        "service_token_secret",
        sa.Column("token_hash", postgresql.BYTEA(), nullable=False),
        sa.Column("service_token_id", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_service_token_secret_token_hash_is_sha256")),
        sa.ForeignKeyConstraint(
            ["service_token_id"],
            ["service_token.id"],
            name=op.f("fk_service_token_secret_service_token_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_service_token_secret")),
    )
    op.create_index(
        "ix_service_token_secret_service_token_id", "service_token_secret", ["service_token_id"], unique=False
    )
    op.execute("REVOKE UPDATE, DELETE, TRUNCATE ON staff_event FROM CURRENT_USER")


def downgrade() -> None:
    for table in (
        "service_token_secret",
        "staff_totp",
        "staff_session",
        "staff_recovery_code",
        "staff_password",
        "staff_oidc_code",
        "staff_invitation",
        "service_token",
        "staff_user",
        "staff_role",
        "staff_oidc_flow",
        "staff_event",
    ):
        op.drop_table(table)
