"""What a shop has from the start: one website, the customer groups, the staff roles, and the scope of accounts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "e46ab96d1b16"
down_revision = "3c5c2860c701"
branch_labels = None
depends_on = None

READ = ["customers.pii", "customers.read"]
SUPPORT = [*READ, "customers.force_sign_in", "customers.reset_password", "customers.write", "history.read"]
ALL = [
    *SUPPORT,
    "configuration.manage",
    "credit.adjust",
    "customers.delete",
    "customers.export",
    "customers.impersonate",
    "mail.manage",
    "staff.manage",
]


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
    roles = {"administrator": ALL, "support": SUPPORT, "viewer": READ}
    for number, (name, permissions) in enumerate(roles.items(), 1):
        insert("staff_role", id=(integer, number), name=(text, name), permissions=(ARRAY(text), sorted(permissions)))
    # Present from the start, so that claims on addresses can hold it while the scope of accounts changes.
    op.execute(
        "INSERT INTO configuration_value (path, scope, scope_id, value)"
        " VALUES ('customers.account_sharing', 'GLOBAL', 0, '\"PER_WEBSITE\"')"
    )


def insert(into: str, **columns: tuple) -> None:
    table = sa.table(into, *[sa.column(column, kind) for column, (kind, _) in columns.items()])
    op.execute(sa.insert(table).values({column: value for column, (_, value) in columns.items()}))


def downgrade() -> None:
    for table in ("staff_role", "configuration_value", "customer_group", "tax_class", "store_view", "store", "website"):
        op.execute(f"DELETE FROM {table}")
