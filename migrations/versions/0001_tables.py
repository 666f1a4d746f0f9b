"""The first tables of every slice."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE SEQUENCE customer_number_seq")
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
    op.create_table(
        "customer_event",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("actor IN ('CUSTOMER', 'STAFF', 'SYSTEM')", name=op.f("ck_customer_event_actor")),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_customer_event")),
    )
    op.create_index("ix_customer_event_customer_id_version", "customer_event", ["customer_id", "version"], unique=False)
    op.create_table(
        "customer_token",
        sa.Column("token_hash", postgresql.BYTEA(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_customer_token_token_hash_is_sha256")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_customer_token")),
    )
    op.create_index("ix_customer_token_customer_id", "customer_token", ["customer_id"], unique=False)
    op.create_table(
        "mail_outbox",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("store_view_id", sa.BigInteger(), nullable=True),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("placeholders", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("secrets", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("sent_at IS NULL OR secrets IS NULL", name=op.f("ck_mail_outbox_secrets_erased_when_sent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_outbox")),
    )
    op.create_index(
        "ix_mail_outbox_unsent",
        "mail_outbox",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("sent_at IS NULL"),
    )
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
        "product",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("image_url", sa.Text(), nullable=True),
        sa.Column("is_salable", sa.Boolean(), server_default="true", nullable=False),
        sa.CheckConstraint("price >= 0", name=op.f("ck_product_price")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint("sku", name=op.f("uq_product_sku")),
    )
    op.create_table(
        "sales_order_number",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_sales_order_number")),
    )
    op.create_table(
        "staff_role",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("permissions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_role")),
        sa.UniqueConstraint("name", name=op.f("uq_staff_role_name")),
    )
    op.create_table(
        "tax_class",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tax_class")),
        sa.UniqueConstraint("name", name=op.f("uq_tax_class_name")),
    )
    op.create_table(
        "website",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("is_default", sa.Boolean(), server_default="false", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_website")),
        sa.UniqueConstraint("code", name=op.f("uq_website_code")),
    )
    op.create_index(
        "uq_website_default", "website", ["is_default"], unique=True, postgresql_where=sa.text("is_default")
    )
    op.create_table(
        "customer_group",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("tax_class_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 32", name=op.f("ck_customer_group_name_length")),
        sa.ForeignKeyConstraint(["tax_class_id"], ["tax_class.id"], name=op.f("fk_customer_group_tax_class_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_group")),
        sa.UniqueConstraint("name", name=op.f("uq_customer_group_name")),
    )
    op.create_table(
        "reward_points",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("website_id", sa.BigInteger(), nullable=False),
        sa.Column("balance", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("balance >= 0", name=op.f("ck_reward_points_balance")),
        sa.ForeignKeyConstraint(["website_id"], ["website.id"], name=op.f("fk_reward_points_website_id")),
        sa.PrimaryKeyConstraint("customer_id", "website_id", name=op.f("pk_reward_points")),
    )
    op.create_table(
        "staff_user",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("job_title", sa.Text(), nullable=True),
        sa.Column("role_id", sa.BigInteger(), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_staff_user_email_normalised")),
        sa.ForeignKeyConstraint(["role_id"], ["staff_role.id"], name=op.f("fk_staff_user_role_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_user")),
        sa.UniqueConstraint("email", name=op.f("uq_staff_user_email")),
    )
    op.create_table(
        "store",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("website_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_default", sa.Boolean(), server_default="false", nullable=False),
        sa.ForeignKeyConstraint(["website_id"], ["website.id"], name=op.f("fk_store_website_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_store")),
        sa.UniqueConstraint("code", name=op.f("uq_store_code")),
    )
    op.create_index("uq_store_default", "store", ["website_id"], unique=True, postgresql_where=sa.text("is_default"))
    op.create_table(
        "store_credit",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("website_id", sa.BigInteger(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("balance >= 0", name=op.f("ck_store_credit_balance")),
        sa.ForeignKeyConstraint(["website_id"], ["website.id"], name=op.f("fk_store_credit_website_id")),
        sa.PrimaryKeyConstraint("customer_id", "website_id", name=op.f("pk_store_credit")),
    )
    op.create_table(
        "customer_group_excluded_website",
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("website_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["customer_group.id"],
            name=op.f("fk_customer_group_excluded_website_group_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["website_id"], ["website.id"], name=op.f("fk_customer_group_excluded_website_website_id")
        ),
        sa.PrimaryKeyConstraint("group_id", "website_id", name=op.f("pk_customer_group_excluded_website")),
    )
    op.create_table(
        "reward_points_entry",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("website_id", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("balance_after", sa.Integer(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "action IN ('ADMIN_UPDATE', 'PURCHASE', 'REGISTRATION', 'NEWSLETTER', 'REVIEW', 'INVITATION_CUSTOMER', 'INVITATION_ORDER', 'REDEEMED', 'REFUNDED', 'REVERTED', 'EXPIRED')",
            name=op.f("ck_reward_points_entry_action"),
        ),
        sa.CheckConstraint("balance_after >= 0", name=op.f("ck_reward_points_entry_balance_after")),
        sa.CheckConstraint("points <> 0", name=op.f("ck_reward_points_entry_points")),
        sa.ForeignKeyConstraint(
            ["customer_id", "website_id"],
            ["reward_points.customer_id", "reward_points.website_id"],
            name=op.f("fk_reward_points_entry_customer_id_website_id"),
        ),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_reward_points_entry")),
        sa.UniqueConstraint(
            "customer_id",
            "website_id",
            "idempotency_key",
            name=op.f("uq_reward_points_entry_customer_id_website_id_idempotency_key"),
        ),
    )
    op.create_index(
        "ix_reward_points_entry_page",
        "reward_points_entry",
        ["customer_id", "website_id", "created_at", "id"],
        unique=False,
    )
    op.create_table(
        "reward_points_rate",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("website_id", sa.BigInteger(), nullable=True),
        sa.Column("group_id", sa.BigInteger(), nullable=True),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("points > 0 AND amount > 0", name=op.f("ck_reward_points_rate_positive")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["customer_group.id"], name=op.f("fk_reward_points_rate_group_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["website_id"], ["website.id"], name=op.f("fk_reward_points_rate_website_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reward_points_rate")),
        sa.UniqueConstraint(
            "website_id",
            "group_id",
            name=op.f("uq_reward_points_rate_website_id_group_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "staff_token",
        sa.Column("token_hash", postgresql.BYTEA(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_staff_token_token_hash_is_sha256")),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_user.id"], name=op.f("fk_staff_token_staff_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_staff_token")),
    )
    op.create_index("ix_staff_token_staff_id", "staff_token", ["staff_id"], unique=False)
    op.create_table(
        "store_credit_entry",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("website_id", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("balance_after", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "action IN ('CREATED', 'UPDATED', 'USED', 'REFUNDED', 'REVERTED')",
            name=op.f("ck_store_credit_entry_action"),
        ),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_store_credit_entry_amount")),
        sa.CheckConstraint("balance_after >= 0", name=op.f("ck_store_credit_entry_balance_after")),
        sa.ForeignKeyConstraint(
            ["customer_id", "website_id"],
            ["store_credit.customer_id", "store_credit.website_id"],
            name=op.f("fk_store_credit_entry_customer_id_website_id"),
        ),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_store_credit_entry")),
        sa.UniqueConstraint(
            "customer_id",
            "website_id",
            "idempotency_key",
            name=op.f("uq_store_credit_entry_customer_id_website_id_idempotency_key"),
        ),
    )
    op.create_index(
        "ix_store_credit_entry_page",
        "store_credit_entry",
        ["customer_id", "website_id", "created_at", "id"],
        unique=False,
    )
    op.create_table(
        "store_view",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), server_default="en_US", nullable=False),
        sa.Column("is_default", sa.Boolean(), server_default="false", nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_store_view_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_store_view")),
        sa.UniqueConstraint("code", name=op.f("uq_store_view_code")),
    )
    op.create_index(
        "uq_store_view_default", "store_view", ["store_id"], unique=True, postgresql_where=sa.text("is_default")
    )
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
        "review",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("store_view_id", sa.BigInteger(), nullable=False),
        sa.Column("nickname", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), server_default="PENDING", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("status IN ('APPROVED', 'PENDING', 'NOT_APPROVED')", name=op.f("ck_review_status")),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_review_rating")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_review_product_id")),
        sa.ForeignKeyConstraint(["store_view_id"], ["store_view.id"], name=op.f("fk_review_store_view_id")),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_review")),
    )
    op.create_index("ix_review_page", "review", ["customer_id", "created_at", "id"], unique=False)
    op.create_table(
        "sales_order",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("store_view_id", sa.BigInteger(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("customer_email", sa.Text(), nullable=False),
        sa.Column("customer_name", sa.Text(), nullable=False),
        sa.Column("sales_representative_id", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("subtotal", sa.BigInteger(), nullable=False),
        sa.Column("discount_total", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("shipping_total", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("tax_total", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("grand_total", sa.BigInteger(), nullable=False),
        sa.Column("refunded_total", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "status IN ('PENDING', 'PENDING_PAYMENT', 'PAYMENT_REVIEW', 'PROCESSING', 'ON_HOLD', 'COMPLETE', 'CLOSED', 'CANCELED')",
            name=op.f("ck_sales_order_status"),
        ),
        sa.CheckConstraint(
            "grand_total = subtotal - discount_total + shipping_total + tax_total",
            name=op.f("ck_sales_order_grand_total"),
        ),
        sa.CheckConstraint(
            "least(subtotal, discount_total, shipping_total, tax_total, grand_total, refunded_total) >= 0",
            name=op.f("ck_sales_order_totals"),
        ),
        sa.CheckConstraint("refunded_total <= grand_total", name=op.f("ck_sales_order_refunded_total")),
        sa.ForeignKeyConstraint(
            ["sales_representative_id"], ["staff_user.id"], name=op.f("fk_sales_order_sales_representative_id")
        ),
        sa.ForeignKeyConstraint(["store_view_id"], ["store_view.id"], name=op.f("fk_sales_order_store_view_id")),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_sales_order")),
    )
    op.create_index("ix_sales_order_page", "sales_order", ["customer_id", "placed_at", "id"], unique=False)
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
        "cart",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("store_view_id", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_cart_customer_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["store_view_id"], ["store_view.id"], name=op.f("fk_cart_store_view_id")),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_cart")),
    )
    op.create_index("uq_cart_active", "cart", ["customer_id"], unique=True, postgresql_where=sa.text("is_active"))
    op.create_table(
        "customer_activity",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("last_sign_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_sign_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_activity_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_customer_activity_customer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_customer_activity")),
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
    op.create_table(
        "sales_order_address",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("company", sa.Text(), nullable=True),
        sa.Column("street", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("postcode", sa.Text(), nullable=True),
        sa.Column("country_code", sa.Text(), nullable=False),
        sa.Column("telephone", sa.Text(), nullable=True),
        sa.CheckConstraint("country_code ~ '^[A-Z]{2}$'", name=op.f("ck_sales_order_address_country_code")),
        sa.CheckConstraint("kind IN ('BILLING', 'SHIPPING')", name=op.f("ck_sales_order_address_kind")),
        sa.ForeignKeyConstraint(
            ["customer_id", "order_id"],
            ["sales_order.customer_id", "sales_order.id"],
            name=op.f("fk_sales_order_address_customer_id_order_id"),
        ),
        sa.PrimaryKeyConstraint("customer_id", "order_id", "kind", name=op.f("pk_sales_order_address")),
    )
    op.create_table(
        "sales_order_item",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=True),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("quantity_ordered", sa.Integer(), nullable=False),
        sa.Column("quantity_shipped", sa.Integer(), server_default="0", nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("discount", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("row_total", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "price >= 0 AND discount BETWEEN 0 AND price * quantity_ordered", name=op.f("ck_sales_order_item_amounts")
        ),
        sa.CheckConstraint(
            "quantity_ordered > 0 AND quantity_shipped BETWEEN 0 AND quantity_ordered",
            name=op.f("ck_sales_order_item_quantities"),
        ),
        sa.CheckConstraint(
            "row_total = price * quantity_ordered - discount", name=op.f("ck_sales_order_item_row_total")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id", "order_id"],
            ["sales_order.customer_id", "sales_order.id"],
            name=op.f("fk_sales_order_item_customer_id_order_id"),
        ),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_sales_order_item_product_id")),
        sa.PrimaryKeyConstraint("customer_id", "order_id", "position", name=op.f("pk_sales_order_item")),
    )
    op.create_table(
        "shipment",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("shipped_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id", "order_id"],
            ["sales_order.customer_id", "sales_order.id"],
            name=op.f("fk_shipment_customer_id_order_id"),
        ),
        sa.PrimaryKeyConstraint("customer_id", "order_id", "id", name=op.f("pk_shipment")),
    )
    op.create_table(
        "wishlist",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("visibility", sa.Text(), server_default="PRIVATE", nullable=False),
        sa.Column("is_default", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("visibility IN ('PRIVATE', 'PUBLIC')", name=op.f("ck_wishlist_visibility")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_wishlist_customer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_wishlist")),
    )
    op.create_index(
        "uq_wishlist_default", "wishlist", ["customer_id"], unique=True, postgresql_where=sa.text("is_default")
    )
    op.create_table(
        "cart_item",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("cart_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_cart_item_quantity")),
        sa.ForeignKeyConstraint(
            ["customer_id", "cart_id"],
            ["cart.customer_id", "cart.id"],
            name=op.f("fk_cart_item_customer_id_cart_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_cart_item_product_id")),
        sa.PrimaryKeyConstraint("customer_id", "cart_id", "id", name=op.f("pk_cart_item")),
        sa.UniqueConstraint(
            "customer_id", "cart_id", "product_id", name=op.f("uq_cart_item_customer_id_cart_id_product_id")
        ),
    )
    op.create_table(
        "tracking_number",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("shipment_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id", "order_id", "shipment_id"],
            ["shipment.customer_id", "shipment.order_id", "shipment.id"],
            name=op.f("fk_tracking_number_customer_id_order_id_shipment_id"),
        ),
        sa.PrimaryKeyConstraint("customer_id", "order_id", "shipment_id", "position", name=op.f("pk_tracking_number")),
    )
    op.create_table(
        "wishlist_item",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("wishlist_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Integer(), server_default="1", nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_wishlist_item_quantity")),
        sa.ForeignKeyConstraint(
            ["customer_id", "wishlist_id"],
            ["wishlist.customer_id", "wishlist.id"],
            name=op.f("fk_wishlist_item_customer_id_wishlist_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_wishlist_item_product_id")),
        sa.PrimaryKeyConstraint("customer_id", "wishlist_id", "id", name=op.f("pk_wishlist_item")),
        sa.UniqueConstraint(
            "customer_id", "wishlist_id", "product_id", name=op.f("uq_wishlist_item_customer_id_wishlist_id_product_id")
        ),
    )
    op.create_index(
        "ix_wishlist_item_page", "wishlist_item", ["customer_id", "wishlist_id", "added_at", "id"], unique=False
    )


def downgrade() -> None:
    op.drop_index("ix_wishlist_item_page", table_name="wishlist_item")
    op.drop_table("wishlist_item")
    op.drop_table("tracking_number")
    op.drop_table("cart_item")
    op.drop_index("uq_wishlist_default", table_name="wishlist", postgresql_where=sa.text("is_default"))
    op.drop_table("wishlist")
    op.drop_table("shipment")
    op.drop_table("sales_order_item")
    op.drop_table("sales_order_address")
    op.drop_table("newsletter_subscription")
    op.drop_table("customer_activity")
    op.drop_index("uq_cart_active", table_name="cart", postgresql_where=sa.text("is_active"))
    op.drop_table("cart")
    op.drop_index("uq_address_default_shipping", table_name="address", postgresql_where=sa.text("is_default_shipping"))
    op.drop_index("uq_address_default_billing", table_name="address", postgresql_where=sa.text("is_default_billing"))
    op.drop_table("address")
    op.drop_index("ix_sales_order_page", table_name="sales_order")
    op.drop_table("sales_order")
    op.drop_index("ix_review_page", table_name="review")
    op.drop_table("review")
    op.drop_index("ix_customer_number_id", table_name="customer")
    op.drop_index("ix_customer_last_name_id", table_name="customer")
    op.drop_index("ix_customer_email_id", table_name="customer")
    op.drop_index("ix_customer_created_at_id", table_name="customer")
    op.drop_table("customer")
    op.drop_index("uq_store_view_default", table_name="store_view", postgresql_where=sa.text("is_default"))
    op.drop_table("store_view")
    op.drop_index("ix_store_credit_entry_page", table_name="store_credit_entry")
    op.drop_table("store_credit_entry")
    op.drop_index("ix_staff_token_staff_id", table_name="staff_token")
    op.drop_table("staff_token")
    op.drop_table("reward_points_rate")
    op.drop_index("ix_reward_points_entry_page", table_name="reward_points_entry")
    op.drop_table("reward_points_entry")
    op.drop_table("customer_group_excluded_website")
    op.drop_table("store_credit")
    op.drop_index("uq_store_default", table_name="store", postgresql_where=sa.text("is_default"))
    op.drop_table("store")
    op.drop_table("staff_user")
    op.drop_table("reward_points")
    op.drop_table("customer_group")
    op.drop_index("uq_website_default", table_name="website", postgresql_where=sa.text("is_default"))
    op.drop_table("website")
    op.drop_table("tax_class")
    op.drop_table("staff_role")
    op.drop_table("sales_order_number")
    op.drop_table("product")
    op.drop_index("ix_password_reset_customer_id_created_at", table_name="password_reset")
    op.drop_table("password_reset")
    op.drop_index("ix_mail_outbox_unsent", table_name="mail_outbox", postgresql_where=sa.text("sent_at IS NULL"))
    op.drop_table("mail_outbox")
    op.drop_index("ix_customer_token_customer_id", table_name="customer_token")
    op.drop_table("customer_token")
    op.drop_index("ix_customer_event_customer_id_version", table_name="customer_event")
    op.drop_table("customer_event")
    op.drop_table("customer_email")
    op.execute("DROP SEQUENCE customer_number_seq")
