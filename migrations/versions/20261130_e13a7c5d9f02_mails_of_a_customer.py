"""Mails of a customer.

A nullable column is added in a moment. The outbox can be large, so the index is built after the transaction and blocks nobody.
"""

import sqlalchemy as sa
from alembic import op

from customer_gql.database.schema.large_tables import build_index

revision = "e13a7c5d9f02"
down_revision = "d2b86f30a4c5"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("mail_outbox", sa.Column("subject", sa.Text()), if_not_exists=True)
    build_index(
        "ix_mail_outbox_customer_id",
        "mail_outbox",
        ["customer_id", "id"],
        postgresql_where=sa.text("customer_id IS NOT NULL"),
    )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index("ix_mail_outbox_customer_id", table_name="mail_outbox", postgresql_concurrently=True)
    op.drop_column("mail_outbox", "subject")
