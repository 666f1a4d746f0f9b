"""The job that caused an entry of a customer's history.

A column without a default, which needs a short exclusive lock and rewrites nothing.
"""

import sqlalchemy as sa
from alembic import op

revision = "6c2d8f1ea3b5"
down_revision = "5b1c7e0d92a4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("customer_event", sa.Column("job_id", sa.BigInteger()))


def downgrade() -> None:
    op.drop_column("customer_event", "job_id")
