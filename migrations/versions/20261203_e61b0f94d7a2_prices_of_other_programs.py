"""Prices that other programs of the shop sent.

The constraint is exchanged by one that is added as NOT VALID and validated after a commit. Versions of prices are forgotten by a
downgrade.
"""

from alembic import op

from customer_gql.database.schema.large_tables import add_check

revision = "e61b0f94d7a2"
down_revision = "5d21b7c0e9f4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_check("sync_record", "ck_sync_record_kind", "kind IN ('PRODUCT', 'STOCK', 'PRICE')")


def downgrade() -> None:
    op.execute("DELETE FROM sync_record WHERE kind = 'PRICE'")
    add_check("sync_record", "ck_sync_record_kind", "kind IN ('PRODUCT', 'STOCK')")
