"""Index the start of the customer's name on an order: the folded form of a long one has no room in an index.

Built beside the running service, which uses the old one until then.
"""

import sqlalchemy as sa
from alembic import op

from customer_gql.database.schema.large_tables import build_index

revision = "b8e25f07c3d9"
down_revision = "2f6a90d7b1e4"
branch_labels = None
depends_on = None

NAME = "ix_sales_order_customer_name"
FOLDED = 'fold_text(customer_name) COLLATE "C"'


def upgrade() -> None:
    replace_index(f"left({FOLDED}, 300)")


def downgrade() -> None:
    replace_index(f"({FOLDED})")


def replace_index(name: str) -> None:
    build_index(f"{NAME}_next", "sales_order", [sa.text(name), "customer_id", "id"])
    with op.get_context().autocommit_block():
        op.drop_index(NAME, table_name="sales_order", postgresql_concurrently=True, if_exists=True)
        op.execute(f"ALTER INDEX {NAME}_next RENAME TO {NAME}")
