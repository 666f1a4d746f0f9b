"""The identity of an e-mail address: its domain in IDNA, the rest in lower case instead of folded.

Only data: an address of ASCII alone keeps its identity, and so no row of it is read. Two accounts that differ in `ß` and
`ss` could not exist before, and no two addresses that differed become one.
"""

import unicodedata

import idna
import sqlalchemy as sa
from alembic import op

revision = "4c1be7a90d25"
down_revision = "a1db79d8eba7"
branch_labels = None
depends_on = None

NOT_ASCII = "[^\\x01-\\x7f]"


def upgrade() -> None:
    connection = op.get_bind()
    claims = connection.execute(
        sa.text(
            "SELECT e.email_normalised, e.scope, e.customer_id, c.email FROM customer_email e"
            " JOIN customer c ON c.id = e.customer_id WHERE c.email ~ :other"
        ),
        {"other": NOT_ASCII},
    )
    change = sa.text(
        "UPDATE customer_email SET email_normalised = :identity"
        " WHERE email_normalised = :before AND scope = :scope AND customer_id = :customer_id"
    )
    for before, scope, customer_id, email in claims.fetchall():
        if (identity := make_identity(email)) != before:
            values = {"identity": identity, "before": before, "scope": scope, "customer_id": customer_id}
            connection.execute(change, values)
    staff = connection.execute(sa.text("SELECT id, email FROM staff_user WHERE email ~ :other"), {"other": NOT_ASCII})
    for id, email in staff.fetchall():
        changed = {"id": id, "email": make_identity(email)}
        connection.execute(sa.text("UPDATE staff_user SET email = :email WHERE id = :id"), changed)


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
    """The older code reads these identities too; it finds no address whose domain is not ASCII until it is set again."""
