"""An index of the tests of webhooks that wait, which are sent during a pause too.

The table may be large, so it is built after the transaction and blocks nobody. Older code works without it and beside it.
"""

import sqlalchemy as sa
from alembic import op

from customer_gql.database.schema.large_tables import build_index

revision = "7c1d9e52ab40"
down_revision = "e4d07b19a5c3"
branch_labels = None
depends_on = None

IS_NEEDED = False


def upgrade() -> None:
    build_index(
        "ix_webhook_delivery_test",
        "webhook_delivery",
        ["webhook_id"],
        postgresql_where=sa.text("status = 'PENDING' AND type = 'webhook.test'"),
    )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            "ix_webhook_delivery_test", table_name="webhook_delivery", postgresql_concurrently=True, if_exists=True
        )
