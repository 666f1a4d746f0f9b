"""An index of the names of each first letter in the order of last names, built beside the running service."""

import sqlalchemy as sa
from alembic import op

from customer_gql.database.schema.large_tables import build_index

revision = "2f6a90d7b1e4"
down_revision = "b1d40f7a6c92"
branch_labels = None
depends_on = None

NAME = "ix_customer_grid_row_name_initial"


def upgrade() -> None:
    columns = [sa.text("left(name_fold, 1)"), "name_sort_key", "customer_id"]
    build_index(NAME, "customer_grid_row", columns, postgresql_include=["name_fold"])


def downgrade() -> None:
    op.drop_index(NAME, table_name="customer_grid_row")
