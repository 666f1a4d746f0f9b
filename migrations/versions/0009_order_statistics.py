"""Order statistics by customer, and the rows that are locked while they are recomputed."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "projection_lock",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_projection_lock")),
    )
    op.create_table(
        "order_statistics",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("website_id", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("order_count", sa.BigInteger(), nullable=False),
        sa.Column("lifetime_value", sa.BigInteger(), nullable=False),
        sa.Column("first_order_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_order_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "order_count > 0 AND lifetime_value >= 0 AND first_order_at <= last_order_at",
            name=op.f("ck_order_statistics_totals"),
        ),
        sa.ForeignKeyConstraint(["website_id"], ["website.id"], name=op.f("fk_order_statistics_website_id")),
        sa.PrimaryKeyConstraint("customer_id", "website_id", "currency", name=op.f("pk_order_statistics")),
    )


def downgrade() -> None:
    op.drop_table("order_statistics")
    op.drop_table("projection_lock")
