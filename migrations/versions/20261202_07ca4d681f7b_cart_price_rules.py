"""Cart price rules and their coupons. Creates empty tables, and locks nothing else."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "07ca4d681f7b"
down_revision = "f6b93c570e6a"
branch_labels = None
depends_on = None

CHECKS = {
    "coupon_kind": "coupon_kind IN ('NONE', 'SPECIFIC', 'GENERATED')",
    "action": "action IN ('PERCENT', 'FIXED_PER_ITEM', 'FIXED_CART', 'BUY_X_GET_Y')",
    "days": "from_on <= until_on",
    "amount": "amount >= 0 AND (action <> 'PERCENT' OR amount <= 100)",
    "buy_quantity": "(action = 'BUY_X_GET_Y') = (buy_quantity IS NOT NULL)",
    "coupon_code": "(coupon_kind = 'SPECIFIC') = (coupon_code IS NOT NULL)",
    "scope": "cardinality(website_ids) > 0 AND cardinality(group_ids) > 0",
    "limits": "uses_per_coupon > 0 AND uses_per_customer > 0 AND max_quantity > 0",
}


def upgrade() -> None:
    op.create_table(
        "cart_price_rule",
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
        sa.Column("coupon_kind", sa.Text(), server_default="NONE", nullable=False),
        sa.Column("coupon_code", sa.Text(), nullable=True),
        sa.Column("uses_per_coupon", sa.Integer(), nullable=True),
        sa.Column("uses_per_customer", sa.Integer(), nullable=True),
        sa.Column("condition", postgresql.JSONB(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.Column("buy_quantity", sa.Integer(), nullable=True),
        sa.Column("max_quantity", sa.Integer(), nullable=True),
        sa.Column("applies_to_shipping", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("gives_free_shipping", sa.Boolean(), server_default=sa.false(), nullable=False),
        *[sa.CheckConstraint(condition, name=op.f(f"ck_cart_price_rule_{name}")) for name, condition in CHECKS.items()],
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cart_price_rule")),
    )
    op.create_table(
        "coupon",
        sa.Column("code_key", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("rule_id", sa.BigInteger(), nullable=False),
        sa.Column("use_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("use_count >= 0", name=op.f("ck_coupon_use_count")),
        sa.PrimaryKeyConstraint("code_key", name=op.f("pk_coupon")),
    )
    op.create_index(op.f("ix_coupon_rule_id"), "coupon", ["rule_id", "code_key"])


def downgrade() -> None:
    op.drop_table("coupon")
    op.drop_table("cart_price_rule")
