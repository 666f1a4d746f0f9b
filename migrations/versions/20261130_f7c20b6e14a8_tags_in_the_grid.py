"""Tags in the grid.

Nullable columns are added in a moment; `customer-gql reproject` fills them. The index is built after the transaction and
blocks nobody.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from customer_gql.database.schema.large_tables import build_index

revision = "f7c20b6e14a8"
down_revision = "c5f20b8e4d93"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in ("tags", "tag_folds"):
        op.add_column("customer_grid_row", sa.Column(column, postgresql.ARRAY(sa.Text())), if_not_exists=True)
    build_index("ix_customer_grid_row_tag_folds", "customer_grid_row", ["tag_folds"], postgresql_using="gin")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index("ix_customer_grid_row_tag_folds", table_name="customer_grid_row", postgresql_concurrently=True)
    for column in ("tag_folds", "tags"):
        op.drop_column("customer_grid_row", column)
