"""Sort keys of names, and the order of e-mail addresses without regard to case.

The columns are added in a moment. The keys of existing rows are made by the code of this revision, in batches of ids, and
the indexes are built concurrently.
"""

import unicodedata

import sqlalchemy as sa
from alembic import op

from customer_gql.database.schema.large_tables import build_index, change_in_batches

revision = "7be2c5a90f14"
down_revision = "1f0d5b62c8e7"
branch_labels = None
depends_on = None

NAMES = {"customer": ("last_name", "first_name"), "staff_user": ("name",), "staff_role": ("name",)}
SPELT_OUT = str.maketrans(
    dict(zip("\u00f8\u0142\u0111\u00f0\u0127\u0131\u0167\u014b\u0180\u0268\u0289\u0259", "olddhitnbiue", strict=True))
    | {"\u00e6": "ae", "\u0153": "oe", "\u00fe": "th"}
)


def upgrade() -> None:
    for table in NAMES:
        key = sa.Column("name_sort_key", sa.Text(collation="C"), server_default="", nullable=False)
        op.add_column(table, key, if_not_exists=True)
    for table, columns in NAMES.items():
        fill_keys(table, columns)
    build_index("ix_customer_lower_email_id", "customer", [sa.text("lower(email)"), "id"])
    build_index("ix_customer_name_sort_key_id", "customer", ["name_sort_key", "id"])
    with op.get_context().autocommit_block():
        for name in ("ix_customer_email_id", "ix_customer_last_name_id"):
            op.drop_index(name, "customer", postgresql_concurrently=True, if_exists=True)


def fill_keys(table: str, columns: tuple[str, ...]) -> None:
    store = sa.text(f"UPDATE {table} SET name_sort_key = :key WHERE id = :id AND name_sort_key = ''")
    change_in_batches(
        store,
        table,
        ["id"],
        columns,
        lambda rows: [{"id": id, "key": "\t".join(map(make_key, names))} for id, *names in rows],
    )


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
