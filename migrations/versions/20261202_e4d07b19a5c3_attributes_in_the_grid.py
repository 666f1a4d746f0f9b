"""Values of attributes as the list of customers is filtered and sorted by them.

Creates a table, which locks nothing for long. Where attributes have values already, `customer-gql reproject` fills it.
"""

import sqlalchemy as sa
from alembic import op

revision = "e4d07b19a5c3"
down_revision = "6a0d3c81f4e7"
branch_labels = None
depends_on = None

TABLE = "customer_grid_attribute"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("attribute_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("value", sa.Text(collation="C"), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f(f"fk_{TABLE}_customer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("customer_id", "attribute_id", "place", name=op.f(f"pk_{TABLE}")),
    )
    columns = ["attribute_id", "value", "number"]
    op.create_index(f"ix_{TABLE}_value", TABLE, columns, postgresql_include=["customer_id", "place"])


def downgrade() -> None:
    op.drop_table(TABLE)
