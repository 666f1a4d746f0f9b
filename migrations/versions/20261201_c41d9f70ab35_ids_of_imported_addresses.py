"""Ids of imported addresses are their keys in another program, and the record that each import locks.

An address that has another such key keeps it, and so does the address that has it already.
"""

import sqlalchemy as sa
from alembic import op

from customer_gql.database.schema.large_tables import change_in_batches

revision = "c41d9f70ab35"
down_revision = "c3a81e57d2f4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("INSERT INTO record_version (record, version) VALUES ('customer_import', 0) ON CONFLICT DO NOTHING")
    store = sa.text(
        "UPDATE address SET external_id = :entity WHERE customer_id = :customer AND id = :address AND external_id IS NULL"
        " AND NOT EXISTS (SELECT FROM address a WHERE a.customer_id = :customer AND a.external_id = :entity)"
    )
    change_in_batches(
        store,
        "imported_address",
        ["customer_id", "address_id"],
        ["entity_id"],
        lambda rows: [
            {"customer": row.customer_id, "entity": row.entity_id, "address": row.address_id} for row in rows
        ],
    )


def downgrade() -> None:
    """The table with the ids from before is still there."""
    op.execute("DELETE FROM record_version WHERE record = 'customer_import'")
