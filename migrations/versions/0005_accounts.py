"""Passwords, sessions and what else lets a customer in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import BYTEA

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "customer_refresh_token",
        sa.Column("token_hash", BYTEA(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "octet_length(token_hash) = 32", name=op.f("ck_customer_refresh_token_token_hash_is_sha256")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_customer_refresh_token")),
    )
    op.create_index("ix_customer_refresh_token_customer_id", "customer_refresh_token", ["customer_id"], unique=False)
    op.create_table(
        "email_token",
        sa.Column("token_hash", BYTEA(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("email_hash", BYTEA(), nullable=False),
        sa.Column("new_email", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(purpose = 'CHANGE') = (new_email IS NOT NULL)", name=op.f("ck_email_token_new_email")),
        sa.CheckConstraint("purpose IN ('CONFIRM', 'CHANGE')", name=op.f("ck_email_token_purpose")),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_email_token_token_hash_is_sha256")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_email_token")),
    )
    op.create_index("ix_email_token_customer_id_created_at", "email_token", ["customer_id", "created_at"], unique=False)
    op.create_table(
        "login_code",
        sa.Column("code_hash", BYTEA(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("impersonation_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("octet_length(code_hash) = 32", name=op.f("ck_login_code_code_hash_is_sha256")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_login_code")),
    )
    op.create_index("ix_login_code_customer_id", "login_code", ["customer_id"], unique=False)
    op.create_table(
        "throttle",
        sa.Column("key_hash", BYTEA(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("octet_length(key_hash) = 32", name=op.f("ck_throttle_key_hash_is_sha256")),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_throttle")),
    )
    op.create_index("ix_throttle_until", "throttle", ["until"], unique=False)
    op.create_table(
        "visitor",
        sa.Column("token_hash", BYTEA(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("last_activity_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_url", sa.Text(), nullable=True),
        sa.CheckConstraint("char_length(last_url) <= 255", name=op.f("ck_visitor_last_url_length")),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_visitor_token_hash_is_sha256")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_visitor")),
    )
    op.create_index("ix_visitor_last_activity_at", "visitor", ["last_activity_at"], unique=False)
    op.create_table(
        "newsletter_confirmation",
        sa.Column("token_hash", BYTEA(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("store_view_id", sa.BigInteger(), nullable=False),
        sa.Column("email_hash", BYTEA(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "octet_length(token_hash) = 32", name=op.f("ck_newsletter_confirmation_token_hash_is_sha256")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_newsletter_confirmation")),
    )
    op.create_index("ix_newsletter_confirmation_customer_id", "newsletter_confirmation", ["customer_id"], unique=False)
    op.create_table(
        "customer_password",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_customer_password_customer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_customer_password")),
    )
    op.create_table(
        "customer_session",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("website_id", sa.BigInteger(), nullable=False),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("char_length(device) <= 200", name=op.f("ck_customer_session_device_length")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_customer_session_customer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["website_id"], ["website.id"], name=op.f("fk_customer_session_website_id")),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_customer_session")),
    )
    op.create_table(
        "impersonation",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("char_length(reason) BETWEEN 1 AND 1000", name=op.f("ck_impersonation_reason_length")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_impersonation_customer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_user.id"], name=op.f("fk_impersonation_staff_id")),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_impersonation")),
    )
    op.create_index(
        "ix_impersonation_live",
        "impersonation",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.add_column("customer_activity", sa.Column("last_url", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_customer_activity_last_url_length"), "customer_activity", "char_length(last_url) <= 255"
    )
    op.create_index("ix_customer_activity_last_activity_at", "customer_activity", ["last_activity_at"], unique=False)
    # A token lives for an hour and had no session; its owner signs in again.
    op.execute("DELETE FROM customer_token")
    op.add_column("customer_token", sa.Column("session_id", sa.BigInteger(), nullable=False))
    op.add_column("customer_token", sa.Column("staff_id", sa.BigInteger(), nullable=True))
    op.add_column("customer_token", sa.Column("website_id", sa.BigInteger(), nullable=False))
    op.add_column("customer_token", sa.Column("idle_seconds", sa.Integer(), nullable=False))
    op.add_column("customer_token", sa.Column("idle_until", sa.DateTime(timezone=True), nullable=False))
    # Present from the start, so that claims on addresses can hold it while the scope of accounts changes.
    op.execute(
        "INSERT INTO configuration_value (path, scope, scope_id, value)"
        " VALUES ('customers.account_sharing', 'GLOBAL', 0, '\"PER_WEBSITE\"')"
    )


def downgrade() -> None:
    op.execute("DELETE FROM configuration_value WHERE path = 'customers.account_sharing'")
    op.drop_column("customer_token", "idle_until")
    op.drop_column("customer_token", "idle_seconds")
    op.drop_column("customer_token", "website_id")
    op.drop_column("customer_token", "staff_id")
    op.drop_column("customer_token", "session_id")
    op.drop_index("ix_customer_activity_last_activity_at", table_name="customer_activity")
    op.drop_column("customer_activity", "last_url")
    op.drop_index("ix_impersonation_live", table_name="impersonation", postgresql_where=sa.text("ended_at IS NULL"))
    op.drop_table("impersonation")
    op.drop_table("customer_session")
    op.drop_table("customer_password")
    op.drop_index("ix_newsletter_confirmation_customer_id", table_name="newsletter_confirmation")
    op.drop_table("newsletter_confirmation")
    op.drop_index("ix_visitor_last_activity_at", table_name="visitor")
    op.drop_table("visitor")
    op.drop_index("ix_throttle_until", table_name="throttle")
    op.drop_table("throttle")
    op.drop_index("ix_login_code_customer_id", table_name="login_code")
    op.drop_table("login_code")
    op.drop_index("ix_email_token_customer_id_created_at", table_name="email_token")
    op.drop_table("email_token")
    op.drop_index("ix_customer_refresh_token_customer_id", table_name="customer_refresh_token")
    op.drop_table("customer_refresh_token")
