"""How many customers each website has, kept by those who write customers.

An older version that still runs writes no counts: what it adds or removes is corrected at night, and by `customer-gql reproject`.
"""

import sqlalchemy as sa
from alembic import op

revision = "c8bd3432fb25"
down_revision = "4b7d92ce15a8"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "customer_count",
        sa.Column("website_id", sa.BigInteger(), nullable=False),
        sa.Column("transaction_id", sa.BigInteger(), nullable=False),
        sa.Column("change", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("website_id", "transaction_id", name=op.f("pk_customer_count")),
    )
    # From the rows that the differences are found by, which a shop before `reproject` may lack.
    op.execute(
        "INSERT INTO customer_count (website_id, transaction_id, change)"
        " SELECT website_id, 0, count(*) FROM customer_change WHERE NOT is_removed GROUP BY website_id"
    )


def downgrade() -> None:
    op.drop_table("customer_count")
