"""Orders keep number and group of the customer, and the names of their addresses, for lists of orders.

The columns start empty; the next revision fills them. Everything is added in a moment.
"""

import sqlalchemy as sa
from alembic import op

revision = "a3d1f09c5e71"
down_revision = "e13a7c5d9f02"
branch_labels = None
depends_on = None

COLUMNS = {
    "customer_email_key": sa.Text(collation="C"),
    "customer_number": sa.BigInteger(),
    "customer_group_id": sa.BigInteger(),
    "billing_name": sa.Text(),
    "shipping_name": sa.Text(),
    "company": sa.Text(),
}


def upgrade() -> None:
    for name, kind in COLUMNS.items():
        op.add_column("sales_order", sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    for name in COLUMNS:
        op.drop_column("sales_order", name)
