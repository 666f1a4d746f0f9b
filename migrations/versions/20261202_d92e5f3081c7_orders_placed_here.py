"""Orders that are placed here: what they take, the keys by which they are repeated, and what guests open them with.

Creates empty tables. Columns with a constant default are added in a moment.
"""

import sqlalchemy as sa
from alembic import op

revision = "d92e5f3081c7"
down_revision = "2b3da51e8f66"
branch_labels = None
depends_on = None

OF_ORDER = {
    "is_guest": "boolean DEFAULT false NOT NULL",
    "shipping_method": "text",
    "payment_method": "text",
    "purchase_order_number": "text",
    "coupon_codes": "text[] DEFAULT '{}' NOT NULL",
}
OF_ITEM = {"tax": "bigint DEFAULT 0 NOT NULL", "options": "jsonb DEFAULT '[]' NOT NULL"}
TABLES = ("order_counter", "taken_stock", "order_request", "cart_rule_use", "guest_order")


def upgrade() -> None:
    for table, columns in (("sales_order", OF_ORDER), ("sales_order_item", OF_ITEM)):
        for name, definition in columns.items():
            op.execute(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {name} {definition}")
    _create_uses()
    _create_requests()
    _create_stock()


def _keys(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=False) for name in names]


def _created_at() -> sa.Column:
    return sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)


def _create_uses() -> None:
    op.create_table(
        "cart_rule_use",
        *_keys("customer_id", "order_id", "rule_id"),
        sa.Column("code_key", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("customer_id", "order_id", "rule_id", name=op.f("pk_cart_rule_use")),
        if_not_exists=True,
    )
    op.create_table(
        "guest_order",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        *_keys("customer_id", "order_id"),
        _created_at(),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_guest_order")),
        if_not_exists=True,
    )
    op.create_index("ix_guest_order_order", "guest_order", ["customer_id", "order_id"], if_not_exists=True)


def _create_requests() -> None:
    op.create_table(
        "order_request",
        *_keys("customer_id"),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        *_keys("body_hash", "cart_id", "order_id"),
        _created_at(),
        sa.PrimaryKeyConstraint("customer_id", "idempotency_key", name=op.f("pk_order_request")),
        if_not_exists=True,
    )


def _create_stock() -> None:
    key = ["customer_id", "order_id", "position"]
    op.create_table(
        "taken_stock",
        *_keys("customer_id", "order_id"),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        *_keys("product_id"),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_taken_stock_quantity")),
        sa.ForeignKeyConstraint(
            key,
            [f"sales_order_item.{name}" for name in key],
            name=op.f("fk_taken_stock_customer_id_order_id_position"),
        ),
        sa.PrimaryKeyConstraint(*key, name=op.f("pk_taken_stock")),
        if_not_exists=True,
    )
    op.create_table(
        "order_counter",
        *_keys("store_view_id", "last_number"),
        sa.CheckConstraint("last_number > 0", name=op.f("ck_order_counter_last_number")),
        sa.ForeignKeyConstraint(
            ["store_view_id"], ["store_view.id"], name=op.f("fk_order_counter_store_view_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("store_view_id", name=op.f("pk_order_counter")),
        if_not_exists=True,
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    for table, columns in (("sales_order_item", OF_ITEM), ("sales_order", OF_ORDER)):
        for name in columns:
            op.drop_column(table, name)
