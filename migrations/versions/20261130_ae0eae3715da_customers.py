"""Tables of customers, their addresses, subscriptions, accounts and history.

Append-only tables are protected by privileges, not triggers, because triggers cannot stand on distributed tables. A
superuser is not bound by them.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "ae0eae3715da"
down_revision = "753c1d479fba"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("customer_number_seq")))
    op.create_table(
        "customer_email",
        sa.Column("email_normalised", sa.Text(), nullable=False),
        sa.Column("scope", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "email_normalised = lower(email_normalised)", name=op.f("ck_customer_email_email_normalised")
        ),
        sa.PrimaryKeyConstraint("email_normalised", "scope", name=op.f("pk_customer_email")),
    )
    op.create_index("ix_customer_email_customer_id", "customer_email", ["customer_id"], unique=False)
    op.create_table(
        "customer_event",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("impersonator_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.CheckConstraint("actor IN ('CUSTOMER', 'STAFF', 'SERVICE', 'SYSTEM')", name=op.f("ck_customer_event_actor")),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_customer_event")),
    )
    op.create_index("ix_customer_event_customer_id_version", "customer_event", ["customer_id", "version"], unique=False)
    op.create_table(
        "customer_refresh_token",
        sa.Column("token_hash", postgresql.BYTEA(), nullable=False),
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
        "customer_token",
        sa.Column("token_hash", postgresql.BYTEA(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("website_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("idle_seconds", sa.Integer(), nullable=False),
        sa.Column("idle_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_customer_token_token_hash_is_sha256")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_customer_token")),
    )
    op.create_index("ix_customer_token_customer_id", "customer_token", ["customer_id"], unique=False)
    op.create_table(
        "email_token",
        sa.Column("token_hash", postgresql.BYTEA(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("email_hash", postgresql.BYTEA(), nullable=False),
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
        sa.Column("code_hash", postgresql.BYTEA(), nullable=False),
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
        "newsletter_confirmation",
        sa.Column("token_hash", postgresql.BYTEA(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("store_view_id", sa.BigInteger(), nullable=False),
        sa.Column("email_hash", postgresql.BYTEA(), nullable=False),
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
        "password_reset",
        sa.Column("token_hash", postgresql.BYTEA(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("email_hash", postgresql.BYTEA(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_password_reset_expires_later")),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_password_reset_token_hash_is_sha256")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_password_reset")),
    )
    op.create_index(
        "ix_password_reset_customer_id_created_at", "password_reset", ["customer_id", "created_at"], unique=False
    )
    op.create_table(
        "visitor",
        sa.Column("token_hash", postgresql.BYTEA(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("last_activity_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_url", sa.Text(), nullable=True),
        sa.CheckConstraint("char_length(last_url) <= 255", name=op.f("ck_visitor_last_url_length")),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_visitor_token_hash_is_sha256")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_visitor")),
    )
    op.create_index("ix_visitor_last_activity_at", "visitor", ["last_activity_at"], unique=False)
    op.create_table(
        "customer",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=True),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("middle_name", sa.Text(), nullable=True),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("suffix", sa.Text(), nullable=True),
        sa.Column("gender", sa.Text(), nullable=True),
        sa.Column("date_of_birth", sa.Date(), nullable=True),
        sa.Column("tax_vat_number", sa.Text(), nullable=True),
        sa.Column("website_id", sa.BigInteger(), nullable=False),
        sa.Column("created_in_store_view_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("is_automatic_group_change_disabled", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("status", sa.Text(), server_default="ACTIVE", nullable=False),
        sa.Column("customer_type", sa.Text(), server_default="INDIVIDUAL", nullable=False),
        sa.Column("is_email_confirmed", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("allows_remote_assistance", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "customer_type IN ('INDIVIDUAL', 'COMPANY_ADMIN', 'COMPANY_USER')", name=op.f("ck_customer_customer_type")
        ),
        sa.CheckConstraint("gender IN ('MALE', 'FEMALE', 'NOT_SPECIFIED')", name=op.f("ck_customer_gender")),
        sa.CheckConstraint("status IN ('ACTIVE', 'INACTIVE')", name=op.f("ck_customer_status")),
        sa.CheckConstraint("char_length(email) BETWEEN 3 AND 254", name=op.f("ck_customer_email_length")),
        sa.CheckConstraint("char_length(first_name) BETWEEN 1 AND 255", name=op.f("ck_customer_first_name_length")),
        sa.CheckConstraint("char_length(last_name) BETWEEN 1 AND 255", name=op.f("ck_customer_last_name_length")),
        sa.CheckConstraint("char_length(tax_vat_number) <= 50", name=op.f("ck_customer_tax_vat_number_length")),
        sa.CheckConstraint("group_id <> 0", name=op.f("ck_customer_group_is_of_the_signed_in")),
        sa.CheckConstraint("version > 0", name=op.f("ck_customer_version")),
        sa.ForeignKeyConstraint(
            ["created_in_store_view_id"], ["store_view.id"], name=op.f("fk_customer_created_in_store_view_id")
        ),
        sa.ForeignKeyConstraint(["group_id"], ["customer_group.id"], name=op.f("fk_customer_group_id")),
        sa.ForeignKeyConstraint(["website_id"], ["website.id"], name=op.f("fk_customer_website_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
    )
    op.create_index("ix_customer_created_at_id", "customer", ["created_at", "id"], unique=False)
    op.create_index("ix_customer_email_id", "customer", ["email", "id"], unique=False)
    op.create_index("ix_customer_last_name_id", "customer", ["last_name", "first_name", "id"], unique=False)
    op.create_index("ix_customer_number_id", "customer", ["number", "id"], unique=False)
    op.create_table(
        "address",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=True),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("middle_name", sa.Text(), nullable=True),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("suffix", sa.Text(), nullable=True),
        sa.Column("company", sa.Text(), nullable=True),
        sa.Column("street", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("postcode", sa.Text(), nullable=True),
        sa.Column("country_code", sa.Text(), nullable=False),
        sa.Column("telephone", sa.Text(), nullable=True),
        sa.Column("fax", sa.Text(), nullable=True),
        sa.Column("vat_number", sa.Text(), nullable=True),
        sa.Column("is_default_billing", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("is_default_shipping", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("country_code ~ '^[A-Z]{2}$'", name=op.f("ck_address_country_code")),
        sa.CheckConstraint("cardinality(street) BETWEEN 1 AND 4", name=op.f("ck_address_street_lines")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_address_customer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_address")),
    )
    op.create_index(
        "uq_address_default_billing",
        "address",
        ["customer_id"],
        unique=True,
        postgresql_where=sa.text("is_default_billing"),
    )
    op.create_index(
        "uq_address_default_shipping",
        "address",
        ["customer_id"],
        unique=True,
        postgresql_where=sa.text("is_default_shipping"),
    )
    op.create_table(
        "customer_activity",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("last_sign_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_sign_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_activity_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_url", sa.Text(), nullable=True),
        sa.CheckConstraint("char_length(last_url) <= 255", name=op.f("ck_customer_activity_last_url_length")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_customer_activity_customer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_customer_activity")),
    )
    op.create_index("ix_customer_activity_last_activity_at", "customer_activity", ["last_activity_at"], unique=False)
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
    op.create_table(
        "newsletter_subscription",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("store_view_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "status IN ('SUBSCRIBED', 'NOT_ACTIVE', 'UNSUBSCRIBED', 'UNCONFIRMED')",
            name=op.f("ck_newsletter_subscription_status"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_newsletter_subscription_customer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["store_view_id"], ["store_view.id"], name=op.f("fk_newsletter_subscription_store_view_id")
        ),
        sa.PrimaryKeyConstraint("customer_id", "store_view_id", name=op.f("pk_newsletter_subscription")),
    )
    op.execute("REVOKE UPDATE, DELETE, TRUNCATE ON customer_event FROM CURRENT_USER")


def downgrade() -> None:
    for table in (
        "newsletter_subscription",
        "impersonation",
        "customer_session",
        "customer_password",
        "customer_activity",
        "address",
        "customer",
        "visitor",
        "password_reset",
        "newsletter_confirmation",
        "login_code",
        "email_token",
        "customer_token",
        "customer_refresh_token",
        "customer_event",
        "customer_email",
    ):
        op.drop_table(table)
    op.execute(sa.schema.DropSequence(sa.Sequence("customer_number_seq")))
