"""Sort keys of names, and the order of e-mail addresses without regard to case.

The columns are added in a moment. The keys of existing rows are made by the code of this revision, in batches of ids, and
the indexes are built concurrently.
"""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "7be2c5a90f14"
down_revision = "1f0d5b62c8e7"
branch_labels = None
depends_on = None

BATCH = 5000
NAMES = {"customer": ("last_name", "first_name"), "staff_user": ("name",), "staff_role": ("name",)}
SPELT_OUT = str.maketrans(
    dict(zip("\u00f8\u0142\u0111\u00f0\u0127\u0131\u0167\u014b\u0180\u0268\u0289\u0259", "olddhitnbiue", strict=True))
    | {"\u00e6": "ae", "\u0153": "oe", "\u00fe": "th"}
)


def upgrade() -> None:
    for table in NAMES:
        key = sa.Column("name_sort_key", sa.Text(collation="C"), server_default="", nullable=False)
        op.add_column(table, key)
    for table, columns in NAMES.items():
        fill_keys(table, columns)
    with op.get_context().autocommit_block():
        op.create_index(
            "ix_customer_lower_email_id", "customer", [sa.text("lower(email)"), "id"], postgresql_concurrently=True
        )
        op.create_index(
            "ix_customer_name_sort_key_id", "customer", ["name_sort_key", "id"], postgresql_concurrently=True
        )
        op.drop_index("ix_customer_email_id", "customer", postgresql_concurrently=True)
        op.drop_index("ix_customer_last_name_id", "customer", postgresql_concurrently=True)


def fill_keys(table: str, columns: tuple[str, ...]) -> None:
    connection, last = op.get_bind(), -1
    read = sa.text(f"SELECT id, {', '.join(columns)} FROM {table} WHERE id > :last ORDER BY id LIMIT {BATCH}")
    store = sa.text(f"UPDATE {table} SET name_sort_key = :key WHERE id = :id")
    while rows := connection.execute(read, {"last": last}).fetchall():
        connection.execute(store, [{"id": id, "key": "\t".join(map(make_key, names))} for id, *names in rows])
        last = rows[-1][0]


def make_key(name: str) -> str:
    """As the code does at this revision."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    return plain.casefold().translate(SPELT_OUT)


def downgrade() -> None:
    op.create_index("ix_customer_email_id", "customer", ["email", "id"])
    op.create_index("ix_customer_last_name_id", "customer", ["last_name", "first_name", "id"])
    op.drop_index("ix_customer_name_sort_key_id", "customer")
    op.drop_index("ix_customer_lower_email_id", "customer")
    for table in NAMES:
        op.drop_column(table, "name_sort_key")
