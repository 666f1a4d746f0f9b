"""Versions of websites, stores and store views, store views that are closed, and the permission to manage them.

Changes small tables, which are locked for a moment each.
"""

import sqlalchemy as sa
from alembic import op

from customer_gql.database.schema.new_permissions import add_permission, remove_permission

revision = "c3f9b27de810"
down_revision = "c5e9a1f03d78"
branch_labels = None
depends_on = None

TABLES = ("website", "store", "store_view")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("store_view", sa.Column("is_active", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.create_check_constraint(op.f("ck_store_view_default_is_active"), "store_view", "is_active OR NOT is_default")
    add_permission(
        "websites.manage", since_first=("customers.change_email", "jobs.manage", "storefront.proxy", "views.share")
    )


def downgrade() -> None:
    remove_permission("websites.manage")
    op.drop_constraint(op.f("ck_store_view_default_is_active"), "store_view", type_="check")
    op.drop_column("store_view", "is_active")
    for table in TABLES:
        op.drop_column(table, "version")
