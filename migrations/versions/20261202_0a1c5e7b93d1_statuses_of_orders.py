"""Statuses of orders that a shop can add to, states beside them, and what happened to an order.

Columns that are null, or have a constant default, are added in a moment. The status of an order becomes the code of one, so its
check goes first.
"""

import sqlalchemy as sa
from alembic import op

revision = "0a1c5e7b93d1"
down_revision = "7c1d9e52ab40"
branch_labels = None
depends_on = None

STATES = "'NEW', 'PENDING_PAYMENT', 'PAYMENT_REVIEW', 'PROCESSING', 'ON_HOLD', 'COMPLETE', 'CLOSED', 'CANCELED'"
QUANTITIES = ("quantity_invoiced", "quantity_canceled", "quantity_refunded")
OLD_STATUSES = STATES.replace("'NEW'", "'PENDING'")


def upgrade() -> None:
    op.create_table(
        "order_status",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("code ~ '^[a-z][a-z0-9_]{0,31}$'", name=op.f("ck_order_status_code")),
        sa.CheckConstraint("char_length(label) BETWEEN 1 AND 128", name=op.f("ck_order_status_label_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_status")),
        sa.UniqueConstraint("code", name=op.f("uq_order_status_code")),
        if_not_exists=True,
    )
    op.create_table(
        "order_status_label",
        sa.Column("status_id", sa.BigInteger(), nullable=False),
        sa.Column("store_view_id", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.CheckConstraint("char_length(label) BETWEEN 1 AND 128", name=op.f("ck_order_status_label_label_length")),
        sa.ForeignKeyConstraint(["status_id"], ["order_status.id"], name=op.f("fk_order_status_label_status_id")),
        sa.ForeignKeyConstraint(["store_view_id"], ["store_view.id"], name=op.f("fk_order_status_label_store_view_id")),
        sa.PrimaryKeyConstraint("status_id", "store_view_id", name=op.f("pk_order_status_label")),
        if_not_exists=True,
    )
    op.create_table(
        "order_status_state",
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("is_visible", sa.Boolean(), nullable=False),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_order_status_state_state")),
        sa.ForeignKeyConstraint(["status"], ["order_status.code"], name=op.f("fk_order_status_state_status")),
        sa.PrimaryKeyConstraint("state", "status", name=op.f("pk_order_status_state")),
        if_not_exists=True,
    )
    op.create_index(
        "uq_order_status_state_default",
        "order_status_state",
        ["state"],
        unique=True,
        postgresql_where=sa.text("is_default"),
        if_not_exists=True,
    )
    op.create_table(
        "order_comment",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("is_visible", sa.Boolean(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('COMMENT', 'HOLD', 'UNHOLD', 'CANCELED', 'ADDRESS_CHANGED', 'INVOICED', 'SHIPPED')",
            name=op.f("ck_order_comment_kind"),
        ),
        sa.CheckConstraint("actor IN ('CUSTOMER', 'STAFF', 'SERVICE', 'SYSTEM')", name=op.f("ck_order_comment_actor")),
        sa.CheckConstraint("char_length(text) BETWEEN 1 AND 4000", name=op.f("ck_order_comment_text_length")),
        sa.ForeignKeyConstraint(
            ["customer_id", "order_id"],
            ["sales_order.customer_id", "sales_order.id"],
            name=op.f("fk_order_comment_customer_id_order_id"),
        ),
        sa.PrimaryKeyConstraint("customer_id", "order_id", "id", name=op.f("pk_order_comment")),
        if_not_exists=True,
    )
    op.execute("ALTER TABLE sales_order DROP CONSTRAINT IF EXISTS ck_sales_order_status")
    for name in ("state", "held_state", "held_status"):
        op.add_column("sales_order", sa.Column(name, sa.Text(), nullable=True), if_not_exists=True)
    op.add_column(
        "sales_order", sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True), if_not_exists=True
    )
    for name in QUANTITIES:
        column = sa.Column(name, sa.Integer(), server_default="0", nullable=False)
        op.add_column("sales_order_item", column, if_not_exists=True)


def downgrade() -> None:
    for name in QUANTITIES:
        op.drop_column("sales_order_item", name)
    for name in ("archived_at", "held_status", "held_state", "state"):
        op.drop_column("sales_order", name)
    op.execute(f"ALTER TABLE sales_order ADD CONSTRAINT ck_sales_order_status CHECK (status IN ({OLD_STATUSES}))")
    for table in ("order_comment", "order_status_state", "order_status_label", "order_status"):
        op.drop_table(table)
