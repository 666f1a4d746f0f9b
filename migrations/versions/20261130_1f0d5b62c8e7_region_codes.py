"""The ISO 3166-2 code of an address's region.

A column without a default is added in a moment. The constraint is validated after the transaction, so that it blocks nobody.
"""

import sqlalchemy as sa
from alembic import op

from customer_gql.database.schema.large_tables import add_check

revision = "1f0d5b62c8e7"
down_revision = "7d1c90ab42fe"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("address", sa.Column("region_code", sa.Text(), nullable=True), if_not_exists=True)
    add_check("address", "ck_address_region_code", "region_code ~ '^[A-Z]{2}-[0-9A-Z]{1,3}$'")


def downgrade() -> None:
    op.drop_column("address", "region_code")
