"""Tax rates and rules, versions of tax classes, and the permission to manage them.

Creates empty tables, and changes a small one, which is locked for a moment.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from customer_gql.database.schema.new_permissions import add_permission, remove_permission

revision = "f6b93c570e6a"
down_revision = "e5a82b46df59"
branch_labels = None
depends_on = None

IDS = ("customer_class_ids", "product_class_ids", "rate_ids")


def upgrade() -> None:
    op.add_column("tax_class", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.create_table(
        "tax_rate",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("country_code", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("postcode", sa.Text(), nullable=True),
        sa.Column("percent", sa.Numeric(), nullable=False),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_tax_rate_percent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tax_rate")),
    )
    op.create_index("uq_tax_rate_code", "tax_rate", [sa.literal_column("lower(code)")], unique=True)
    op.create_index(op.f("ix_tax_rate_country_code"), "tax_rate", ["country_code", "region"])
    op.create_table(
        "tax_rule",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), server_default="0", nullable=False),
        *[sa.Column(name, postgresql.ARRAY(sa.BigInteger()), nullable=False) for name in IDS],
        sa.CheckConstraint(" AND ".join(f"cardinality({name}) > 0" for name in IDS), name=op.f("ck_tax_rule_scope")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tax_rule")),
    )
    op.create_index("uq_tax_rule_code", "tax_rule", [sa.literal_column("lower(code)")], unique=True)
    add_permission(
        "taxes.manage", since_first=("customers.change_email", "jobs.manage", "storefront.proxy", "views.share")
    )


def downgrade() -> None:
    remove_permission("taxes.manage")
    op.drop_table("tax_rule")
    op.drop_table("tax_rate")
    op.drop_column("tax_class", "version")
