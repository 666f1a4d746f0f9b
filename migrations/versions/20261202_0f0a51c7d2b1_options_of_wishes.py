"""Items of wishlists with options, of which a list has one for a product with the same options.

Columns with a constant default are added in a moment; the index is built beside the running service.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from customer_gql.database.schema.large_tables import build_index

revision = "0f0a51c7d2b1"
down_revision = "80ad0f41b6c9"
branch_labels = None
depends_on = None

OLD_LINE = "uq_wishlist_item_customer_id_wishlist_id_product_id"
LINE = "uq_wishlist_item_line"


def upgrade() -> None:
    for column in (
        sa.Column("options", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("options_hash", sa.Text(), server_default="", nullable=False),
    ):
        op.add_column("wishlist_item", column, if_not_exists=True)
    build_index(LINE, "wishlist_item", ["customer_id", "wishlist_id", "product_id", "options_hash"], unique=True)
    op.execute(f"ALTER TABLE wishlist_item DROP CONSTRAINT IF EXISTS {OLD_LINE}")


def downgrade() -> None:
    op.execute(
        "DELETE FROM wishlist_item WHERE EXISTS (SELECT FROM wishlist_item other"
        " WHERE other.customer_id = wishlist_item.customer_id AND other.wishlist_id = wishlist_item.wishlist_id"
        " AND other.product_id = wishlist_item.product_id AND other.id < wishlist_item.id)"
    )
    op.create_unique_constraint(OLD_LINE, "wishlist_item", ["customer_id", "wishlist_id", "product_id"])
    op.drop_index(LINE, table_name="wishlist_item")
    for name in ("options_hash", "options"):
        op.drop_column("wishlist_item", name)
