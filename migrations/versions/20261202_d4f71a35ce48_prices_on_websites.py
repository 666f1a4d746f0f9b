"""Prices of products by website, group, quantity and day, and the permission to see how they come about.

Creates empty tables, which locks those they refer to for a moment.
"""

import sqlalchemy as sa
from alembic import op

from customer_gql.database.schema.new_permissions import add_permission, remove_permission

revision = "d4f71a35ce48"
down_revision = "c3e60924bd37"
branch_labels = None
depends_on = None

TABLES = ("catalog_rule_price", "product_tier_price", "product_price")


def upgrade() -> None:
    _create_prices()
    _create_tiers()
    op.create_table(
        "catalog_rule_price",
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("website_id", sa.BigInteger(), nullable=False),
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("price >= 0", name=op.f("ck_catalog_rule_price_price")),
        sa.CheckConstraint("from_on <= until_on", name=op.f("ck_catalog_rule_price_days")),
        *_references("catalog_rule_price", website_id="CASCADE", group_id="CASCADE"),
        sa.PrimaryKeyConstraint("product_id", "website_id", "group_id", "from_on", name=op.f("pk_catalog_rule_price")),
    )
    add_permission(
        "pricing.manage", since_first=("customers.change_email", "jobs.manage", "storefront.proxy", "views.share")
    )


def _references(table: str, **deletes: str | None) -> list[sa.ForeignKeyConstraint]:
    targets = {"product_id": "product.id", "website_id": "website.id", "group_id": "customer_group.id"}
    return [
        sa.ForeignKeyConstraint([column], [targets[column]], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete)
        for column, ondelete in {"product_id": "CASCADE", **deletes}.items()
    ]


def _create_prices() -> None:
    op.create_table(
        "product_price",
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("website_id", sa.BigInteger(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("special_price", sa.BigInteger(), nullable=True),
        sa.Column("special_from", sa.Date(), nullable=True),
        sa.Column("special_until", sa.Date(), nullable=True),
        sa.CheckConstraint("price >= 0 AND special_price >= 0", name=op.f("ck_product_price_price")),
        sa.CheckConstraint("special_from <= special_until", name=op.f("ck_product_price_special_days")),
        *_references("product_price", website_id=None),
        sa.PrimaryKeyConstraint("product_id", "website_id", name=op.f("pk_product_price")),
    )
    op.create_index(op.f("ix_product_price_website_id"), "product_price", ["website_id"])


def _create_tiers() -> None:
    op.create_table(
        "product_tier_price",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("website_id", sa.BigInteger(), nullable=True),
        sa.Column("group_id", sa.BigInteger(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=True),
        sa.Column("percent", sa.Numeric(6, 3), nullable=True),
        sa.CheckConstraint("quantity >= 1", name=op.f("ck_product_tier_price_quantity")),
        sa.CheckConstraint("(price IS NULL) <> (percent IS NULL)", name=op.f("ck_product_tier_price_price_or_percent")),
        sa.CheckConstraint("price >= 0", name=op.f("ck_product_tier_price_price")),
        sa.CheckConstraint("percent > 0 AND percent <= 100", name=op.f("ck_product_tier_price_percent")),
        *_references("product_tier_price", website_id=None, group_id=None),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_tier_price")),
    )
    op.create_index(
        "uq_product_tier_price",
        "product_tier_price",
        ["product_id", "website_id", "group_id", "quantity"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    for column in ("website_id", "group_id"):
        op.create_index(op.f(f"ix_product_tier_price_{column}"), "product_tier_price", [column])


def downgrade() -> None:
    remove_permission("pricing.manage")
    for table in TABLES:
        op.drop_table(table)
