"""Versions of customer groups, kinds of tax classes, and the permission to manage groups.

Changes small tables, which are locked for a moment each.
"""

import sqlalchemy as sa
from alembic import op

from customer_gql.database.schema.new_permissions import add_permission, remove_permission

revision = "b1d40f7a6c92"
down_revision = "0d1ce4e4e1db"
branch_labels = None
depends_on = None

KINDS = ("MASS_ACTION", "UNDO", "EXPORT", "IMPORT", "WEBHOOK_REPLAY")


def upgrade() -> None:
    op.add_column("tax_class", sa.Column("kind", sa.Text(), server_default="CUSTOMER", nullable=False))
    op.create_check_constraint(op.f("ck_tax_class_kind"), "tax_class", "kind IN ('CUSTOMER', 'PRODUCT')")
    op.execute(
        "INSERT INTO tax_class (id, name, kind) SELECT 2, 'Taxable Goods', 'PRODUCT'"
        " WHERE NOT EXISTS (SELECT FROM tax_class WHERE id = 2 OR name = 'Taxable Goods')"
    )
    op.add_column("customer_group", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column(
        "customer_group", sa.Column("is_being_deleted", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.drop_constraint(op.f("uq_customer_group_name"), "customer_group", type_="unique")
    op.create_index("uq_customer_group_name", "customer_group", [sa.literal_column("lower(name)")], unique=True)
    op.execute("CREATE SEQUENCE customer_group_number_seq")
    # Numbers below are left to groups that a shop starts with.
    op.execute("SELECT setval('customer_group_number_seq', greatest(100, (SELECT max(id) FROM customer_group)))")
    _allow_kinds(*KINDS, "GROUP_DELETE")
    add_permission(
        "groups.manage", since_first=("customers.change_email", "jobs.manage", "storefront.proxy", "views.share")
    )


def downgrade() -> None:
    remove_permission("groups.manage")
    op.execute("DELETE FROM job_run WHERE kind = 'GROUP_DELETE'")
    _allow_kinds(*KINDS)
    op.execute("DROP SEQUENCE customer_group_number_seq")
    op.drop_index("uq_customer_group_name", table_name="customer_group")
    op.create_unique_constraint(op.f("uq_customer_group_name"), "customer_group", ["name"])
    op.drop_column("customer_group", "is_being_deleted")
    op.drop_column("customer_group", "version")
    op.execute("DELETE FROM tax_class WHERE kind = 'PRODUCT'")
    op.drop_constraint(op.f("ck_tax_class_kind"), "tax_class", type_="check")
    op.drop_column("tax_class", "kind")


def _allow_kinds(*kinds: str) -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.drop_constraint(op.f("ck_job_run_kind"), "job_run", type_="check")
    op.create_check_constraint(op.f("ck_job_run_kind"), "job_run", f"kind IN ({listed})")
