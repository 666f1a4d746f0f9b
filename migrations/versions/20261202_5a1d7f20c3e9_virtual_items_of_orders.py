"""Items of orders tell whether anything of them is shipped. What was ordered before is goods: nothing else was sold.

A column with a constant default is added in a moment.
"""

from alembic import op

revision = "5a1d7f20c3e9"
down_revision = "7f9ce30a5b83"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE sales_order_item ADD COLUMN IF NOT EXISTS is_virtual boolean DEFAULT false NOT NULL")


def downgrade() -> None:
    op.drop_column("sales_order_item", "is_virtual")
