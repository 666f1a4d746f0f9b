"""An index of companies by their e-mail address, which requests of storefronts ask for.

The table may be large, so it is built after the transaction and blocks nobody. Older code works without it and beside it.
"""

import sqlalchemy as sa
from alembic import op

from customer_gql.database.schema.large_tables import build_index

revision = "5d21b7c0e9f4"
down_revision = "a35f9e17c0d4"
branch_labels = None
depends_on = None

IS_NEEDED = False


def upgrade() -> None:
    build_index("ix_company_email", "company", ["website_id", sa.text("lower(email)")])


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index("ix_company_email", table_name="company", postgresql_concurrently=True, if_exists=True)
