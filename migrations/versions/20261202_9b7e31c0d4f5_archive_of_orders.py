"""Orders in the archive, orders as rows of jobs and selections, and the permission to archive them for those that may do everything.

Columns without a default are added in a moment; indexes are built beside the running service. What happened to orders cannot be
changed: after a downgrade it keeps what was archived, and the constraint is not validated.
"""

import sqlalchemy as sa
from alembic import op

from customer_gql.database.schema.large_tables import add_check, build_index
from customer_gql.database.schema.new_permissions import add_permission, remove_permission

revision = "9b7e31c0d4f5"
down_revision = "c81d4e2f70b6"
branch_labels = None
depends_on = None

OTHERS = ("customers.change_email", "jobs.manage", "storefront.proxy", "views.share")
PERMISSION = "orders.archive"
CHECK = "ck_order_comment_kind"
KINDS = ("COMMENT", "HOLD", "UNHOLD", "CANCELED", "ADDRESS_CHANGED", "INVOICED", "SHIPPED")
LISTS = ("job_part", "selection_batch")


def upgrade() -> None:
    for table in LISTS:
        op.add_column(table, sa.Column("record_ids", sa.ARRAY(sa.BigInteger())), if_not_exists=True)
    op.add_column("job_row", sa.Column("order_id", sa.BigInteger()), if_not_exists=True)
    add_permission(PERMISSION, since_first=OTHERS)
    add_check("order_comment", CHECK, _is_one_of((*KINDS, "ARCHIVED", "RESTORED")))
    columns = ["placed_at", "customer_id", "id"]
    left = sa.text("archived_at IS NULL AND state IN ('COMPLETE', 'CLOSED')")
    build_index("ix_sales_order_to_archive", "sales_order", columns, postgresql_where=left)
    columns = ["archived_at", "customer_id", "id"]
    archived = sa.text("archived_at IS NOT NULL")
    build_index("ix_sales_order_archived_at", "sales_order", columns, postgresql_where=archived)


def downgrade() -> None:
    for name in ("ix_sales_order_archived_at", "ix_sales_order_to_archive"):
        op.drop_index(name, "sales_order", if_exists=True)
    op.execute(f"ALTER TABLE order_comment DROP CONSTRAINT IF EXISTS {CHECK}")
    op.execute(f"ALTER TABLE order_comment ADD CONSTRAINT {CHECK} CHECK ({_is_one_of(KINDS)}) NOT VALID")
    remove_permission(PERMISSION)
    op.execute(f"UPDATE service_token SET permissions = array_remove(permissions, '{PERMISSION}')")
    op.drop_column("job_row", "order_id", if_exists=True)
    for table in LISTS:
        op.drop_column(table, "record_ids", if_exists=True)


def _is_one_of(kinds: tuple[str, ...]) -> str:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    return f"kind IN ({listed})"
