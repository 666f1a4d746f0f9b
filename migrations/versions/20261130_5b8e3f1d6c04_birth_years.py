"""Years of birth that are known without a date.

A column without a default is added in a moment. The constraint is added as NOT VALID and validated after, which reads the
table without a lock that writers wait for.
"""

import sqlalchemy as sa
from alembic import op

revision = "5b8e3f1d6c04"
down_revision = "c5cae9307b2a"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("customer", sa.Column("birth_year", sa.SmallInteger(), nullable=True))
    op.execute(
        "ALTER TABLE customer ADD CONSTRAINT ck_customer_one_birth"
        " CHECK (date_of_birth IS NULL OR birth_year IS NULL) NOT VALID"
    )
    op.execute("ALTER TABLE customer VALIDATE CONSTRAINT ck_customer_one_birth")


def downgrade() -> None:
    op.drop_column("customer", "birth_year")
