"""The form in which the recipients of mails are compared.

A column without a default is added in a moment, and filled in batches.
"""

import unicodedata

import idna
import sqlalchemy as sa
from alembic import op

from customer_gql.database.schema.large_tables import change_in_batches

revision = "8d3f60b1a7c2"
down_revision = "e1f7a92c4b06"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("mail_outbox", sa.Column("recipient_key", sa.Text(collation="C"), nullable=True), if_not_exists=True)
    store = sa.text("UPDATE mail_outbox SET recipient_key = :key WHERE id = :id AND recipient_key IS NULL")
    change_in_batches(
        store,
        "mail_outbox",
        ["id"],
        ["recipient"],
        lambda rows: [{"id": row.id, "key": make_identity(row.recipient)} for row in rows],
    )


def make_identity(email: str) -> str:
    """As the code does at this revision."""
    local, at, domain = unicodedata.normalize("NFKC", email).strip().rpartition("@")
    local = unicodedata.normalize("NFKC", local.lower())
    try:
        domain = idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        domain = domain.lower()
    return f"{local}{at}{domain}"


def downgrade() -> None:
    op.drop_column("mail_outbox", "recipient_key")
