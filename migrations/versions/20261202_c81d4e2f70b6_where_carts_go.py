"""Where carts go, how they are sent and paid, and tables of shipping rates.

Creates empty tables. Columns without a default are added in a moment.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "c81d4e2f70b6"
down_revision = "1a2c94d07e55"
branch_labels = None
depends_on = None

TEXTS = ("email", "shipping_method", "payment_method", "payment_token", "purchase_order_number")
FACTS = ("prefix", "middle_name", "suffix", "company", "region", "region_code", "postcode", "telephone", "fax")


def upgrade() -> None:
    for name in TEXTS:
        op.add_column("cart", sa.Column(name, sa.Text(), nullable=True), if_not_exists=True)
    op.add_column("cart", sa.Column("vat_group_id", sa.BigInteger(), nullable=True), if_not_exists=True)
    _create_addresses()
    _create_rates()


def _create_addresses() -> None:
    op.create_table(
        "cart_address",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("cart_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        *[sa.Column(name, sa.Text(), nullable=True) for name in (*FACTS, "vat_number")],
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("street", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("country_code", sa.Text(), nullable=False),
        sa.Column("vat_result", sa.Text(), nullable=True),
        sa.Column("vat_request_id", sa.Text(), nullable=True),
        sa.Column("vat_checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('BILLING', 'SHIPPING')", name=op.f("ck_cart_address_kind")),
        sa.CheckConstraint("country_code ~ '^[A-Z]{2}$'", name=op.f("ck_cart_address_country_code")),
        sa.ForeignKeyConstraint(
            ["customer_id", "cart_id"],
            ["cart.customer_id", "cart.id"],
            name=op.f("fk_cart_address_customer_id_cart_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("customer_id", "cart_id", "kind", name=op.f("pk_cart_address")),
        if_not_exists=True,
    )


def _create_rates() -> None:
    op.create_table(
        "shipping_table_rate",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("website_id", sa.BigInteger(), nullable=False),
        *[sa.Column(name, sa.Text(), nullable=True) for name in ("country_code", "region", "postcode")],
        sa.Column("minimum", sa.Numeric(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.CHAR(3), nullable=False),
        sa.CheckConstraint("minimum >= 0 AND price >= 0", name=op.f("ck_shipping_table_rate_amounts")),
        sa.CheckConstraint("region IS NULL OR country_code IS NOT NULL", name=op.f("ck_shipping_table_rate_region")),
        sa.ForeignKeyConstraint(["website_id"], ["website.id"], name=op.f("fk_shipping_table_rate_website_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipping_table_rate")),
        if_not_exists=True,
    )
    op.create_index(
        "uq_shipping_table_rate_place",
        "shipping_table_rate",
        ["website_id", "country_code", "region", "postcode", "minimum"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        if_not_exists=True,
    )


def downgrade() -> None:
    op.drop_table("shipping_table_rate")
    op.drop_table("cart_address")
    for name in (*TEXTS, "vat_group_id"):
        op.drop_column("cart", name)
