"""Invoices that are canceled, and what happens to documents of an order.

The constraints are exchanged by ones that are added as NOT VALID and validated after a commit. What happened to orders cannot be
changed: after a downgrade it keeps its kinds, and so do invoices; those constraints are not validated.
"""

from alembic import op

from customer_gql.database.schema.large_tables import add_check

revision = "7d20c5b9e1a8"
down_revision = "9b7e31c0d4f5"
branch_labels = None
depends_on = None

KINDS = ("COMMENT", "HOLD", "UNHOLD", "CANCELED", "ADDRESS_CHANGED", "INVOICED", "SHIPPED")
ARCHIVE = ("ARCHIVED", "RESTORED")
MORE = ("INVOICE_PAID", "INVOICE_CANCELED", "TRACKING_CHANGED")
STATES = ("OPEN", "PAID")


def upgrade() -> None:
    add_check("order_comment", "ck_order_comment_kind", _is_one_of("kind", (*KINDS, *MORE, *ARCHIVE)))
    add_check("invoice", "ck_invoice_state", _is_one_of("state", (*STATES, "CANCELED")))


def downgrade() -> None:
    _narrow("invoice", "ck_invoice_state", _is_one_of("state", STATES))
    _narrow("order_comment", "ck_order_comment_kind", _is_one_of("kind", (*KINDS, *ARCHIVE)))


def _narrow(table: str, name: str, condition: str) -> None:
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({condition}) NOT VALID")


def _is_one_of(column: str, values: tuple[str, ...]) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({listed})"
