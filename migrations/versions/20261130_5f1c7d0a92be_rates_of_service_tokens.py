"""Rates of service tokens.

A new table locks the tables its foreign keys refer to for a moment. A column without a volatile default is added in a
moment too. On a large table, build an index with `postgresql_concurrently=True` inside an `autocommit_block`, and add a
constraint as NOT VALID before it is validated.
"""

import sqlalchemy as sa
from alembic import op

revision = "5f1c7d0a92be"
down_revision = "7625a4f71623"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("service_token", sa.Column("rate", sa.Integer(), nullable=True))
    op.create_check_constraint(op.f("ck_service_token_rate"), "service_token", "rate BETWEEN 100 AND 100000")


def downgrade() -> None:
    op.drop_column("service_token", "rate")
