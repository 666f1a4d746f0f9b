"""Indexes of lists of orders, built beside the running service; every order has the account form of its address."""

import sqlalchemy as sa
from alembic import op

from customer_gql.database.schema.large_tables import add_check, build_index

revision = "c5f20b8e4d93"
down_revision = "b94e6c2d7a18"
branch_labels = None
depends_on = None


def words(column: str) -> str:
    separators = "[ \\t\\n\\r''\u2019`\".,;:/\\\\()&+-]+"
    return f"regexp_split_to_array(left(fold_text({column}) COLLATE \"C\", 500), '{separators}')"


DOCUMENT = (
    "array_to_tsvector(array_remove(array_remove(array_cat(array_cat(array_cat(array_cat("
    "ARRAY[left('s:' || (fold_text(number) COLLATE \"C\"), 240), left('e:' || customer_email_key, 240)], "
    f"{words('customer_name')}), {words('billing_name')}), {words('shipping_name')}), {words('company')}), NULL), ''))"
)
INDEXES = {
    "number": ['(fold_text(number) COLLATE "C")', "customer_id", "id"],
    "placed_at": ["placed_at", "customer_id", "id"],
    "status": ["status", "number"],
    "store_view_id": ["store_view_id", "number"],
    "customer_number": ["customer_number", "number"],
    "customer_email_key": ["customer_email_key", "customer_id", "id"],
    "customer_name": ['(fold_text(customer_name) COLLATE "C")', "customer_id", "id"],
    "grand_total": ["grand_total", "customer_id", "id"],
}


def upgrade() -> None:
    add_check("sales_order", "given_email_key", "customer_email_key IS NOT NULL")
    for name, parts in INDEXES.items():
        columns = [sa.literal_column(part) if "(" in part else part for part in parts]
        build_index(f"ix_sales_order_{name}", "sales_order", columns)
    build_index("ix_sales_order_document", "sales_order", [sa.literal_column(DOCUMENT)], postgresql_using="gin")
    # The valid constraint spares the reading of the table under a lock that everybody waits for.
    op.alter_column("sales_order", "customer_email_key", nullable=False)
    op.execute("ALTER TABLE sales_order DROP CONSTRAINT given_email_key")


def downgrade() -> None:
    for name in (*INDEXES, "document"):
        op.drop_index(f"ix_sales_order_{name}", table_name="sales_order")
    op.alter_column("sales_order", "customer_email_key", nullable=True)
