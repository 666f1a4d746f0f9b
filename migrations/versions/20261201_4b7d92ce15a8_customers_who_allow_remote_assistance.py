"""An index of the customers who allow remote assistance, by which the grid sorts them. It is built beside the running service."""

from alembic import op

from customer_gql.database.schema.large_tables import build_index

revision = "4b7d92ce15a8"
down_revision = "a6d81f3b07c5"
branch_labels = None
depends_on = None

TABLE = "customer"
NAME = "ix_customer_allows_remote_assistance"


def upgrade() -> None:
    build_index(NAME, TABLE, ["allows_remote_assistance", "id"])


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(NAME, table_name=TABLE, postgresql_concurrently=True, if_exists=True)
