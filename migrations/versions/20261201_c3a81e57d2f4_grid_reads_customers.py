"""What the grid has of a customer is read from the customer, who has its indexes: an edit of it writes no row of the grid.

The indexes are built beside the running service.
"""

import sqlalchemy as sa
from alembic import op

from customer_gql.database.schema.large_tables import build_index

revision = "c3a81e57d2f4"
down_revision = "598881c2b0e4"
branch_labels = None
depends_on = None

GRID = "customer_grid_row"
TAX = "coalesce(fold_text(tax_vat_number) COLLATE \"C\", '')"
INDEXES = {
    "group_id": (["group_id", "number"], None),
    "status": (["status", "id"], None),
    "status_number": (["status", "number"], "status <> 'ACTIVE'"),
    "customer_type": (["customer_type", "id"], None),
    "customer_type_number": (["customer_type", "number"], "customer_type <> 'INDIVIDUAL'"),
    "locked": (["number", "locked_until"], "locked_until IS NOT NULL"),
    "updated_at": (["updated_at", "id"], None),
    "tax_vat_number": ([sa.text(TAX), "id"], None),
}
# By their types; their indexes go with them.
COLUMNS = {
    "group_id": "bigint",
    "status": "text",
    "customer_type": "text",
    "confirmation_status": "text",
    "locked_until": "timestamptz",
    "allows_remote_assistance": "boolean",
    "date_of_birth": "date",
    "birth_year": "smallint",
    "gender": "text",
    "tax_vat_number": "text",
    "tax_vat_number_fold": 'text COLLATE "C"',
    "updated_at": "timestamptz",
}
# Those that are never null, with what the rows have until `customer-gql reproject` computes them.
FILLED = {
    "group_id": "0",
    "status": "''",
    "customer_type": "''",
    "confirmation_status": "''",
    "allows_remote_assistance": "false",
    "updated_at": "'-infinity'",
}
FORMER = {
    "group_id": ["group_id", "number"],
    "customer_type": ["customer_type", "number"],
    "customer_type_customer_id": ["customer_type", "customer_id"],
    "status": ["status", "number"],
    "status_customer_id": ["status", "customer_id"],
    "tax_vat_number_fold_customer_id": [sa.text("coalesce(tax_vat_number_fold, '')"), "customer_id"],
    "updated_at": ["updated_at", "customer_id"],
}


def upgrade() -> None:
    for name, (columns, condition) in INDEXES.items():
        where = {} if condition is None else {"postgresql_where": sa.text(condition)}
        build_index(f"ix_customer_{name}", "customer", columns, **where)
    with op.get_context().autocommit_block():
        op.execute(f"ALTER TABLE {GRID} {', '.join(f'DROP COLUMN IF EXISTS {name}' for name in COLUMNS)}")


def downgrade() -> None:
    for name, type_ in COLUMNS.items():
        value = f"NOT NULL DEFAULT {FILLED[name]}" if name in FILLED else ""
        op.execute(f"ALTER TABLE {GRID} ADD COLUMN {name} {type_} {value}")
    for name in FILLED:
        op.execute(f"ALTER TABLE {GRID} ALTER COLUMN {name} DROP DEFAULT")
    for name, columns in FORMER.items():
        op.create_index(f"ix_{GRID}_{name}", GRID, columns)
    locked = sa.text("locked_until IS NOT NULL")
    op.create_index(f"ix_{GRID}_locked", GRID, ["number", "locked_until"], postgresql_where=locked)
    for name in INDEXES:
        op.drop_index(f"ix_customer_{name}", table_name="customer")
