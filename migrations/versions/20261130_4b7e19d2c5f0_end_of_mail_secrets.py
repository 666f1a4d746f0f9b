"""End of the secrets of a mail.

Columns without a default are added in a moment. The index is built over a table that is short: sent mails have no
secrets.
"""

import sqlalchemy as sa
from alembic import op

revision = "4b7e19d2c5f0"
down_revision = "b5e24c9d7f10"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("mail_outbox", sa.Column("secrets_expire_at", sa.DateTime(timezone=True)))
    op.create_index(
        "ix_mail_outbox_secrets",
        "mail_outbox",
        ["secrets_expire_at"],
        postgresql_where=sa.text("secrets IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_mail_outbox_secrets", "mail_outbox")
    op.drop_column("mail_outbox", "secrets_expire_at")
