"""Years of birth that are known without a date.

A column without a default is added in a moment. The constraint is added as NOT VALID and validated after, which reads the
table without a lock that writers wait for.
"""

import sqlalchemy as sa
from alembic import op

from customer_gql.database.schema.large_tables import add_check

revision = "5b8e3f1d6c04"
down_revision = "c5cae9307b2a"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("customer", sa.Column("birth_year", sa.SmallInteger(), nullable=True), if_not_exists=True)
    add_check("customer", "ck_customer_one_birth", "date_of_birth IS NULL OR birth_year IS NULL")


def downgrade() -> None:
    op.drop_column("customer", "birth_year")
