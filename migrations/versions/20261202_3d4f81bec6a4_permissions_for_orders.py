"""Permissions to see orders, for all roles and service tokens that see customers, and to manage them, for those that may do
everything and for the stock role of support."""

from alembic import op

from customer_gql.database.schema.new_permissions import add_permission, remove_permission

revision = "3d4f81bec6a4"
down_revision = "2c3e70adb5f3"
branch_labels = None
depends_on = None

OTHERS = ("customers.change_email", "jobs.manage", "storefront.proxy", "views.share")
MANAGE = "orders.manage"


def upgrade() -> None:
    for table in ("staff_role", "service_token"):
        give(table, "orders.read", "permissions @> ARRAY['customers.read']")
    add_permission(MANAGE, since_first=OTHERS)
    give("staff_role", MANAGE, "id = 2 AND name = 'support'")


def give(table: str, name: str, condition: str) -> None:
    op.execute(
        f"UPDATE {table} SET permissions = ARRAY(SELECT unnest(permissions || '{name}'::text) ORDER BY 1)"
        f" WHERE {condition} AND NOT permissions @> ARRAY['{name}']"
    )


def downgrade() -> None:
    for name in (MANAGE, "orders.read"):
        remove_permission(name)
        op.execute(f"UPDATE service_token SET permissions = array_remove(permissions, '{name}')")
