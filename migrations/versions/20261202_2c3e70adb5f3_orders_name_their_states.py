"""Every order has a state, and a status of this state. Built and checked beside the running service."""

import sqlalchemy as sa
from alembic import op

from customer_gql.database.schema.large_tables import add_check, build_index

revision = "2c3e70adb5f3"
down_revision = "1b2d6f8ca4e2"
branch_labels = None
depends_on = None

STATES = "'NEW', 'PENDING_PAYMENT', 'PAYMENT_REVIEW', 'PROCESSING', 'ON_HOLD', 'COMPLETE', 'CLOSED', 'CANCELED'"
HOLD = "(state = 'ON_HOLD') = (held_state IS NOT NULL) AND (held_state IS NULL) = (held_status IS NULL)"
DOCUMENTS = (
    "least(quantity_invoiced, quantity_canceled, quantity_refunded) >= 0"
    " AND greatest(quantity_shipped, quantity_invoiced) + quantity_canceled <= quantity_ordered"
    " AND quantity_refunded <= quantity_invoiced"
)
KEYS = {
    "fk_sales_order_state_status": "state, status",
    "fk_sales_order_held_state_held_status": "held_state, held_status",
}


def upgrade() -> None:
    build_index("ix_sales_order_state", "sales_order", ["state", "number"])
    build_index(
        "ix_sales_order_held",
        "sales_order",
        ["held_state", "held_status"],
        postgresql_where=sa.text("held_state IS NOT NULL"),
    )
    # The checked condition spares setting NOT NULL from reading the table under its lock.
    add_check("sales_order", "ck_sales_order_has_state", "state IS NOT NULL")
    op.alter_column("sales_order", "state", nullable=False)
    op.execute("ALTER TABLE sales_order DROP CONSTRAINT ck_sales_order_has_state")
    add_check("sales_order", "ck_sales_order_state", f"state IN ({STATES})")
    add_check("sales_order", "ck_sales_order_on_hold", HOLD)
    add_check("sales_order_item", "ck_sales_order_item_documents", DOCUMENTS)
    for name, columns in KEYS.items():
        op.execute(f"ALTER TABLE sales_order DROP CONSTRAINT IF EXISTS {name}")
        op.execute(
            f"ALTER TABLE sales_order ADD CONSTRAINT {name} FOREIGN KEY ({columns})"
            " REFERENCES order_status_state (state, status) NOT VALID"
        )
        with op.get_context().autocommit_block():
            op.execute(f"ALTER TABLE sales_order VALIDATE CONSTRAINT {name}")


def downgrade() -> None:
    for name in KEYS:
        op.drop_constraint(name, "sales_order")
    op.drop_constraint("ck_sales_order_item_documents", "sales_order_item")
    for name in ("ck_sales_order_on_hold", "ck_sales_order_state"):
        op.drop_constraint(name, "sales_order")
    op.alter_column("sales_order", "state", nullable=True)
    for name in ("ix_sales_order_held", "ix_sales_order_state"):
        op.drop_index(name, table_name="sales_order")
