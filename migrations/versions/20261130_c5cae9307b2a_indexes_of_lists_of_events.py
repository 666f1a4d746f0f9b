"""Indexes of the lists of events and of deleted customers, built beside the running service."""

from alembic import op

from customer_gql.database.schema.large_tables import build_index

revision = "c5cae9307b2a"
down_revision = "7a41c0d9e2b5"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_customer_event_created_at": ("customer_event", ["created_at", "customer_id", "id"]),
    "ix_customer_event_kind": ("customer_event", ["kind", "created_at", "customer_id", "id"]),
    "ix_deleted_customer_number": ("deleted_customer", ["number", "customer_id"]),
    "ix_deleted_customer_deleted_at": ("deleted_customer", ["deleted_at", "customer_id"]),
    "ix_deleted_customer_website_id": ("deleted_customer", ["website_id", "number"]),
}


def upgrade() -> None:
    for name, (table, columns) in INDEXES.items():
        build_index(name, table, columns)


def downgrade() -> None:
    for name, (table, _) in INDEXES.items():
        op.drop_index(name, table_name=table)
