"""The form in which the recipients of mails are compared.

A column without a default is added in a moment. The table holds the mails of some weeks; those of ASCII addresses get theirs
by one statement.
"""

import unicodedata

import idna
import sqlalchemy as sa
from alembic import op

revision = "8d3f60b1a7c2"
down_revision = "e1f7a92c4b06"
branch_labels = None
depends_on = None

NOT_ASCII = "[^\\x01-\\x7f]"


def upgrade() -> None:
    op.add_column("mail_outbox", sa.Column("recipient_key", sa.Text(collation="C"), nullable=True))
    connection = op.get_bind()
    other = {"other": NOT_ASCII}
    connection.execute(
        sa.text("UPDATE mail_outbox SET recipient_key = lower(recipient) WHERE recipient !~ :other"), other
    )
    mails = connection.execute(sa.text("SELECT id, recipient FROM mail_outbox WHERE recipient ~ :other"), other)
    for id, recipient in mails.fetchall():
        values = {"id": id, "key": make_identity(recipient)}
        connection.execute(sa.text("UPDATE mail_outbox SET recipient_key = :key WHERE id = :id"), values)


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
