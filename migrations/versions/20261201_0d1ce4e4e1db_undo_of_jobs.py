"""Undo of jobs.

A nullable column is added in a moment. The index is built beside the running service.
"""

import sqlalchemy as sa
from alembic import op

from customer_gql.database.schema.large_tables import build_index

revision = "0d1ce4e4e1db"
down_revision = "c41d9f70ab35"
branch_labels = None
depends_on = None


def upgrade() -> None:
    opted_out_at = sa.Column("opted_out_at", sa.DateTime(timezone=True), nullable=True)
    op.add_column("newsletter_subscription", opted_out_at, if_not_exists=True)
    build_index("ix_job_run_undo_of_id", "job_run", ["undo_of_id"], postgresql_where=sa.text("undo_of_id IS NOT NULL"))


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index("ix_job_run_undo_of_id", table_name="job_run", postgresql_concurrently=True, if_exists=True)
    op.drop_column("newsletter_subscription", "opted_out_at", if_exists=True)
