"""What other programs of the shop sent of products and stock, and the permission to send it, for those that may do everything."""

import sqlalchemy as sa
from alembic import op

from customer_gql.database.schema.new_permissions import add_permission, remove_permission

revision = "c4a7d91e63b2"
down_revision = "7c41e0d9b3a6"
branch_labels = None
depends_on = None

OTHERS = ("customers.change_email", "jobs.manage", "storefront.proxy", "views.share")
PERMISSION = "commerce.sync"


def upgrade() -> None:
    op.create_table(
        "sync_record",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("source_version", sa.BigInteger(), nullable=False),
        sa.Column("content_hash", sa.BigInteger(), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind IN ('PRODUCT', 'STOCK')", name=op.f("ck_sync_record_kind")),
        sa.CheckConstraint("source_version >= 0", name=op.f("ck_sync_record_source_version")),
        sa.PrimaryKeyConstraint("kind", "external_id", name=op.f("pk_sync_record")),
        if_not_exists=True,
    )
    add_permission(PERMISSION, since_first=OTHERS)


def downgrade() -> None:
    remove_permission(PERMISSION)
    op.execute(f"UPDATE service_token SET permissions = array_remove(permissions, '{PERMISSION}')")
    op.drop_table("sync_record", if_exists=True)
