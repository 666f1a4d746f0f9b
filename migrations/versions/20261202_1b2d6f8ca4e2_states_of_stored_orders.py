"""The statuses that every shop has, and the state of every stored order. Its status becomes the code of one.

In batches that commit, so that no row is locked for long. Versions from before it take the code for a value they do not know.
"""

from typing import Any

from alembic import op
from sqlalchemy import text

from customer_gql.database.schema.large_tables import change_in_batches

revision = "1b2d6f8ca4e2"
down_revision = "0a1c5e7b93d1"
branch_labels = None
depends_on = None
ENDS_OLDER_VERSIONS = True

STATUSES = (
    ("NEW", "pending", "Pending"),
    ("PENDING_PAYMENT", "pending_payment", "Pending Payment"),
    ("PAYMENT_REVIEW", "payment_review", "Payment Review"),
    ("PROCESSING", "processing", "Processing"),
    ("ON_HOLD", "holded", "On Hold"),
    ("COMPLETE", "complete", "Complete"),
    ("CLOSED", "closed", "Closed"),
    ("CANCELED", "canceled", "Canceled"),
)
FRAUD = "fraud"
STATE = "CASE status WHEN 'PENDING' THEN 'NEW' ELSE status END"
CODE = "CASE status WHEN 'ON_HOLD' THEN 'holded' ELSE lower(status) END"
IS_SHIPPED = (
    "EXISTS (SELECT FROM sales_order_item i WHERE i.customer_id = sales_order.customer_id"
    " AND i.order_id = sales_order.id AND i.quantity_shipped > 0)"
)
SET_STATE = text(
    f"UPDATE sales_order SET state = {STATE}, status = {CODE},"
    f" held_state = CASE WHEN status = 'ON_HOLD' THEN CASE WHEN {IS_SHIPPED} THEN 'PROCESSING' ELSE 'NEW' END END,"
    f" held_status = CASE WHEN status = 'ON_HOLD' THEN CASE WHEN {IS_SHIPPED} THEN 'processing' ELSE 'pending' END END"
    " WHERE customer_id = :customer_id AND id = :id AND state IS NULL"
)
# What is complete was invoiced, what is closed refunded as well, and of a canceled order the rest was canceled.
SET_QUANTITIES = text(
    "UPDATE sales_order_item SET"
    " quantity_invoiced = CASE WHEN :state IN ('COMPLETE', 'CLOSED') THEN quantity_ordered ELSE 0 END,"
    " quantity_refunded = CASE WHEN :state = 'CLOSED' THEN quantity_ordered ELSE 0 END,"
    " quantity_canceled = CASE WHEN :state = 'CANCELED' THEN quantity_ordered - quantity_shipped ELSE 0 END"
    " WHERE customer_id = :customer_id AND order_id = :id"
)
FINISHED = {"COMPLETE", "CLOSED", "CANCELED"}


def upgrade() -> None:
    for number, (state, code, label) in enumerate(STATUSES, 1):
        add_status(number, code, label)
        assign(state, code, is_default=True, is_visible=state != "PENDING_PAYMENT")
    add_status(len(STATUSES) + 1, FRAUD, "Suspected Fraud")
    for state in ("PAYMENT_REVIEW", "PROCESSING"):
        assign(state, FRAUD, is_default=False, is_visible=True)
    key = ("customer_id", "id")
    change_in_batches(
        SET_STATE, "sales_order", key, ("state",), lambda rows: [key_of(row) for row in rows if row.state is None]
    )
    change_in_batches(
        SET_QUANTITIES,
        "sales_order",
        key,
        ("state",),
        lambda rows: [{**key_of(row), "state": row.state} for row in rows if row.state in FINISHED],
    )
    op.execute(
        "UPDATE grid_view SET content = replace(content::text, '\"ON_HOLD\"', '\"holded\"')::jsonb WHERE grid = 'ORDERS'"
    )
    op.execute(
        "UPDATE export_schedule SET list = replace(list::text, '\"ON_HOLD\"', '\"holded\"')::jsonb"
        " WHERE list ->> 'grid' = 'ORDERS'"
    )


def key_of(row: Any) -> dict[str, int]:
    return {"customer_id": row.customer_id, "id": row.id}


def add_status(number: int, code: str, label: str) -> None:
    op.execute(
        f"INSERT INTO order_status (id, code, label) VALUES ({number}, '{code}', '{label}') ON CONFLICT DO NOTHING"
    )


def assign(state: str, code: str, *, is_default: bool, is_visible: bool) -> None:
    op.execute(
        "INSERT INTO order_status_state (state, status, is_default, is_visible)"
        f" VALUES ('{state}', '{code}', {is_default}, {is_visible}) ON CONFLICT DO NOTHING"
    )


OLD_STATUS = text(
    "UPDATE sales_order SET status = CASE state WHEN 'NEW' THEN 'PENDING' ELSE state END, state = NULL, held_state = NULL,"
    " held_status = NULL WHERE customer_id = :customer_id AND id = :id AND state IS NOT NULL"
)


def downgrade() -> None:
    change_in_batches(
        OLD_STATUS,
        "sales_order",
        ("customer_id", "id"),
        ("state",),
        lambda rows: [key_of(row) for row in rows if row.state is not None],
    )
    for state, code, _ in STATUSES:
        old = "PENDING" if state == "NEW" else state
        for table, column, grid in (("grid_view", "content", "grid"), ("export_schedule", "list", "list ->> 'grid'")):
            op.execute(
                f"UPDATE {table} SET {column} = replace({column}::text, '\"{code}\"', '\"{old}\"')::jsonb"
                f" WHERE {grid} = 'ORDERS'"
            )
    op.execute("DELETE FROM order_status_state")
    op.execute("DELETE FROM order_status_label")
    op.execute("DELETE FROM order_status")
