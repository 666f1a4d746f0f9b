"""Companies of orders.

A nullable column is added in a moment; orders from before are of no company. The index is built after the transaction and blocks
nobody.
"""

import sqlalchemy as sa
from alembic import op

from customer_gql.database.schema.large_tables import build_index

revision = "c3d8e51f7a06"
down_revision = "3fe2bf584b53"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sales_order", sa.Column("company_id", sa.BigInteger()), if_not_exists=True)
    build_index(
        "ix_sales_order_company_id",
        "sales_order",
        ["company_id", "placed_at", "id"],
        postgresql_where=sa.text("company_id IS NOT NULL"),
    )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            "ix_sales_order_company_id", table_name="sales_order", postgresql_concurrently=True, if_exists=True
        )
    op.drop_column("sales_order", "company_id", if_exists=True)
