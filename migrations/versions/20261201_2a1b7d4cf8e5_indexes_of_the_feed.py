"""Indexes of the feed of events: by position, and of those that have none yet. Built beside the running service."""

import sqlalchemy as sa
from alembic import op

from customer_gql.database.schema.large_tables import build_index

revision = "2a1b7d4cf8e5"
down_revision = "1f0a6c3be7d4"
branch_labels = None
depends_on = None

INDEXES = ("uq_domain_event_position", "ix_domain_event_unnumbered")


def upgrade() -> None:
    build_index("uq_domain_event_position", "domain_event", ["position"], unique=True)
    build_index(
        "ix_domain_event_unnumbered",
        "domain_event",
        ["written", "id"],
        postgresql_where=sa.text("position IS NULL"),
    )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for name in INDEXES:
            op.drop_index(name, table_name="domain_event", postgresql_concurrently=True, if_exists=True)
