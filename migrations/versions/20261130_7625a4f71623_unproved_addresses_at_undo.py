"""Unproved addresses at undo.

A new table locks the tables its foreign keys refer to for a moment. A column without a volatile default is added in a
moment too. On a large table, build an index with `postgresql_concurrently=True` inside an `autocommit_block`, and add a
constraint as NOT VALID before it is validated.
"""

import sqlalchemy as sa
from alembic import op

revision = "7625a4f71623"
down_revision = "ee449e110d3f"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("email_change_undo", sa.Column("was_unproved", sa.Boolean(), server_default="false", nullable=False))


def downgrade() -> None:
    op.drop_column("email_change_undo", "was_unproved")
