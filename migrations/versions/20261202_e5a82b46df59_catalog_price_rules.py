"""Catalog price rules. Creates an empty table, and locks nothing else."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "e5a82b46df59"
down_revision = "f19c73a0d5e8"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "catalog_price_rule",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("website_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("group_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("priority", sa.Integer(), server_default="0", nullable=False),
        sa.Column("stops_further_rules", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("condition", postgresql.JSONB(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.CheckConstraint(
            "action IN ('BY_PERCENT', 'TO_PERCENT', 'BY_AMOUNT', 'TO_AMOUNT')",
            name=op.f("ck_catalog_price_rule_action"),
        ),
        sa.CheckConstraint("from_on <= until_on", name=op.f("ck_catalog_price_rule_days")),
        sa.CheckConstraint(
            "amount >= 0 AND (action NOT LIKE '%PERCENT' OR amount <= 100)", name=op.f("ck_catalog_price_rule_amount")
        ),
        sa.CheckConstraint(
            "cardinality(website_ids) > 0 AND cardinality(group_ids) > 0", name=op.f("ck_catalog_price_rule_scope")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalog_price_rule")),
    )


def downgrade() -> None:
    op.execute("DELETE FROM catalog_rule_price")
    op.drop_table("catalog_price_rule")
