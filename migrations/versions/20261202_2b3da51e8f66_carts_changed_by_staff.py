"""Prices of lines by staff, and the permissions to change carts and prices.

A nullable column is added in a moment, and its check proved beside the running service. Updates some rows of one small table.
"""

import sqlalchemy as sa
from alembic import op

from customer_gql.database.schema.large_tables import add_check
from customer_gql.database.schema.new_permissions import add_permission, remove_permission

revision = "2b3da51e8f66"
down_revision = "c4a7d91e63b2"
branch_labels = None
depends_on = None

OTHERS = ("customers.change_email", "jobs.manage", "storefront.proxy", "views.share")
MANAGE, PRICE = "carts.manage", "orders.custom_price"


def upgrade() -> None:
    op.add_column("cart_item", sa.Column("custom_price", sa.BigInteger(), nullable=True), if_not_exists=True)
    for name in (MANAGE, PRICE):
        add_permission(name, since_first=OTHERS)
    op.execute(
        f"UPDATE staff_role SET permissions = ARRAY(SELECT unnest(permissions || '{MANAGE}'::text) ORDER BY 1)"
        f" WHERE id = 2 AND name = 'support' AND NOT permissions @> ARRAY['{MANAGE}']"
    )
    add_check("cart_item", "ck_cart_item_custom_price", "custom_price >= 0")


def downgrade() -> None:
    for name in (PRICE, MANAGE):
        remove_permission(name)
        op.execute(f"UPDATE service_token SET permissions = array_remove(permissions, '{name}')")
    op.drop_constraint("ck_cart_item_custom_price", "cart_item")
    op.drop_column("cart_item", "custom_price")
