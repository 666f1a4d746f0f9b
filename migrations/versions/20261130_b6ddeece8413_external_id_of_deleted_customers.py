"""External id of deleted customers.

A new table locks the tables its foreign keys refer to for a moment. A column without a volatile default is added in a
moment too. On a large table, build an index with `postgresql_concurrently=True` inside an `autocommit_block`, and add a
constraint as NOT VALID before it is validated.
"""

import sqlalchemy as sa
from alembic import op

revision = "b6ddeece8413"
down_revision = "2f8a6be01c57"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deleted_customer", sa.Column("external_id", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("deleted_customer", "external_id")
