"""What a shop has from the start: one website, the customer groups, the staff roles."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

READ = ["customers.read", "customers.pii"]
WRITE = [*READ, "customers.write", "customers.reset_password", "customers.force_sign_in"]
ALL = [*WRITE, "customers.delete", "customers.export", "customers.impersonate", "credit.adjust", "staff.manage"]


def upgrade() -> None:
    text, integer = sa.Text(), sa.Integer()
    insert("website", id=(integer, 1), code=(text, "base"), name=(text, "Main Website"), currency=(text, "USD"))
    insert("store", id=(integer, 1), website_id=(integer, 1), code=(text, "main"), name=(text, "Main Store"))
    insert(
        "store_view", id=(integer, 1), store_id=(integer, 1), code=(text, "default"), name=(text, "Default Store View")
    )
    for name in ("website", "store", "store_view"):
        op.execute(f"UPDATE {name} SET is_default = true")
    insert("tax_class", id=(integer, 3), name=(text, "Retail Customer"))
    for number, name in enumerate(("NOT LOGGED IN", "General", "Wholesale", "Retailer")):
        insert("customer_group", id=(integer, number), name=(text, name), tax_class_id=(integer, 3))
    for number, (name, permissions) in enumerate({"administrator": ALL, "support": WRITE, "viewer": READ}.items(), 1):
        insert("staff_role", id=(integer, number), name=(text, name), permissions=(ARRAY(text), sorted(permissions)))


def insert(into: str, **columns: tuple) -> None:
    table = sa.table(into, *[sa.column(column, kind) for column, (kind, _) in columns.items()])
    op.execute(sa.insert(table).values({column: value for column, (_, value) in columns.items()}))


def downgrade() -> None:
    op.execute("DELETE FROM staff_role")
    op.execute("DELETE FROM customer_group")
    op.execute("DELETE FROM tax_class")
    for name in ("store_view", "store", "website"):
        op.execute(f"DELETE FROM {name}")
