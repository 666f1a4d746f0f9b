"""Codes by which others see wishlists, and an index that finds customers by their whole name.

A column without a default is added in a moment, an empty table is created, and the index is built beside the running service.
"""

import sqlalchemy as sa
from alembic import op

from customer_gql.database.schema.large_tables import build_index

revision = "6d08c4e2b7f1"
down_revision = "4e8a1f6c20d7"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE wishlist ADD COLUMN IF NOT EXISTS sharing_code text")
    op.create_table(
        "wishlist_code",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("wishlist_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_wishlist_code")),
        if_not_exists=True,
    )
    op.create_index("ix_wishlist_code_customer_id", "wishlist_code", ["customer_id"], if_not_exists=True)
    build_index("ix_customer_name_sort_key", "customer", ["name_sort_key", "id"])


def downgrade() -> None:
    op.drop_index("ix_customer_name_sort_key", table_name="customer", if_exists=True)
    op.drop_table("wishlist_code", if_exists=True)
    op.execute("ALTER TABLE wishlist DROP COLUMN IF EXISTS sharing_code")
