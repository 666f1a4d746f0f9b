"""Mails in bulk.

Nullable columns and one with a constant default are added in a moment. The indexes are built beside the running service; only
mails that wait are in the first one.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from customer_gql.database.schema.large_tables import build_index

revision = "598881c2b0e4"
down_revision = "3b2c8e5d09f6"
branch_labels = None
depends_on = None


WAITING = "sent_at IS NULL AND dead_at IS NULL"


def upgrade() -> None:
    columns = (
        sa.Column("is_bulk", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("link_hash", postgresql.BYTEA(), nullable=True),
    )
    for column in columns:
        op.add_column("mail_outbox", column, if_not_exists=True)
    replace_index("ix_mail_outbox_due", "ix_mail_outbox_due_by_bulk", ["is_bulk", "next_attempt_at"])
    build_index(
        "ix_mail_outbox_taken_at", "mail_outbox", ["taken_at"], postgresql_where=sa.text("taken_at IS NOT NULL")
    )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index("ix_mail_outbox_taken_at", table_name="mail_outbox", postgresql_concurrently=True, if_exists=True)
    replace_index("ix_mail_outbox_due_by_bulk", "ix_mail_outbox_due", ["next_attempt_at"])
    for column in ("link_hash", "taken_at", "is_bulk"):
        op.drop_column("mail_outbox", column, if_exists=True)


def replace_index(former: str, name: str, columns: list[str]) -> None:
    build_index(name, "mail_outbox", columns, postgresql_where=sa.text(WAITING))
    with op.get_context().autocommit_block():
        op.drop_index(former, table_name="mail_outbox", postgresql_concurrently=True, if_exists=True)
