"""Job titles and sales representatives in the grid of customers.

Nullable columns are added in a moment; before there were companies they are null for everybody. The index is built after the
transaction and blocks nobody.
"""

import sqlalchemy as sa
from alembic import op

from customer_gql.database.schema.large_tables import build_index

revision = "e1c40a7d95b2"
down_revision = "dfa2cb7e7a74"
branch_labels = None
depends_on = None

COLUMNS = {"job_title": sa.Text(), "job_title_fold": sa.Text(collation="C"), "sales_representative_id": sa.BigInteger()}


def upgrade() -> None:
    for name, kind in COLUMNS.items():
        op.add_column("customer_grid_row", sa.Column(name, kind), if_not_exists=True)
    build_index(
        "ix_customer_grid_row_sales_representative_id",
        "customer_grid_row",
        ["sales_representative_id", "number"],
        postgresql_where=sa.text("sales_representative_id IS NOT NULL"),
    )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            "ix_customer_grid_row_sales_representative_id",
            table_name="customer_grid_row",
            postgresql_concurrently=True,
            if_exists=True,
        )
    for name in reversed(COLUMNS):
        op.drop_column("customer_grid_row", name, if_exists=True)
