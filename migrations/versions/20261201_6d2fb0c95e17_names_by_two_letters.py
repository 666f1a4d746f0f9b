"""An index of the names of each two first letters in the order of last names, and one of whole names with that order.

Both are built beside the running service, which uses the index of whole names that the second one replaces until then.
"""

import sqlalchemy as sa
from alembic import op

from customer_gql.database.schema.large_tables import build_index

revision = "6d2fb0c95e17"
down_revision = "f5b92e1c60d8"
branch_labels = None
depends_on = None

TABLE = "customer_grid_row"
BY_LETTERS = "ix_customer_grid_row_name_initials"
WITH_ORDER = "ix_customer_grid_row_name_start"
WITHOUT_ORDER = "ix_customer_grid_row_name_fold"


def upgrade() -> None:
    columns = [sa.text("left(name_fold, 2)"), "name_sort_key", "customer_id"]
    build_index(BY_LETTERS, TABLE, columns, postgresql_include=["name_fold"])
    build_index(WITH_ORDER, TABLE, ["name_fold", "number"], postgresql_include=["name_sort_key", "customer_id"])
    remove_index(WITHOUT_ORDER)


def downgrade() -> None:
    build_index(WITHOUT_ORDER, TABLE, ["name_fold", "number"])
    remove_index(WITH_ORDER)
    remove_index(BY_LETTERS)


def remove_index(name: str) -> None:
    with op.get_context().autocommit_block():
        op.drop_index(name, table_name=TABLE, postgresql_concurrently=True, if_exists=True)
