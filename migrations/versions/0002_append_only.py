"""Ledgers and history are append-only: the role that owns them gives up changing them.

Privileges, not triggers, because triggers cannot stand on distributed tables. A superuser is not bound by them.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = "store_credit_entry, reward_points_entry, customer_event"


def upgrade() -> None:
    op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {TABLES} FROM CURRENT_USER")


def downgrade() -> None:
    op.execute(f"GRANT UPDATE, DELETE, TRUNCATE ON {TABLES} TO CURRENT_USER")
