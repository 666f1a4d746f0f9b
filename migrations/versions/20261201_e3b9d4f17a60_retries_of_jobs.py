"""Retries of jobs.

The index is built beside the running service.
"""

import sqlalchemy as sa
from alembic import op

from customer_gql.database.schema.large_tables import build_index

revision = "e3b9d4f17a60"
down_revision = "c7a1e5d2f9b4"
branch_labels = None
depends_on = None

IS_NEEDED = False


def upgrade() -> None:
    build_index(
        "ix_job_run_retry_of_id", "job_run", ["retry_of_id"], postgresql_where=sa.text("retry_of_id IS NOT NULL")
    )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index("ix_job_run_retry_of_id", table_name="job_run", postgresql_concurrently=True, if_exists=True)
