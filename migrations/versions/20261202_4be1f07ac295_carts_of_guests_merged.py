"""Carts of guests that went into those of customers.

A column without a default is added in a moment; the check and the index are made beside the running service.
"""

import sqlalchemy as sa
from alembic import op

from customer_gql.database.schema.large_tables import add_check, build_index

revision = "4be1f07ac295"
down_revision = "d92e5f3081c7"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE cart ADD COLUMN IF NOT EXISTS merged_at timestamptz")
    add_check("cart", "ck_cart_merged", "merged_at IS NULL OR NOT is_active")
    build_index("ix_cart_merged_at", "cart", ["merged_at"], postgresql_where=sa.text("merged_at IS NOT NULL"))


def downgrade() -> None:
    op.drop_index("ix_cart_merged_at", table_name="cart", if_exists=True)
    op.execute("ALTER TABLE cart DROP CONSTRAINT IF EXISTS ck_cart_merged")
    op.execute("ALTER TABLE cart DROP COLUMN IF EXISTS merged_at")
