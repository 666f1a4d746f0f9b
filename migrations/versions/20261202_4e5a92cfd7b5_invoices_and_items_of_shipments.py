"""Invoices, what is in shipments, and the numbers of both.

A new column that may be null is added in a moment, and new tables are empty.
"""

import sqlalchemy as sa
from alembic import op

revision = "4e5a92cfd7b5"
down_revision = "3d4f81bec6a4"
branch_labels = None
depends_on = None

ORDER = ["customer_id", "order_id"]
IS_DOCUMENT = "document IN ('INVOICE', 'SHIPMENT')"


def key(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in ("customer_id", "order_id", *names)]


def refers(table: str, columns: list[str], to: str, names: list[str]) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        columns, [f"{to}.{name}" for name in names], name=op.f(f"fk_{table}_{'_'.join(columns)}")
    )


def upgrade() -> None:
    op.create_table(
        "document_counter",
        sa.Column("store_view_id", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("last_number", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("last_number > 0", name=op.f("ck_document_counter_last_number")),
        sa.CheckConstraint(IS_DOCUMENT, name=op.f("ck_document_counter_document")),
        refers("document_counter", ["store_view_id"], "store_view", ["id"]),
        sa.PrimaryKeyConstraint("store_view_id", "document", name=op.f("pk_document_counter")),
    )
    op.create_table(
        "document_number",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        *key("document_id"),
        sa.CheckConstraint(IS_DOCUMENT, name=op.f("ck_document_number_document")),
        sa.PrimaryKeyConstraint("number", "document", name=op.f("pk_document_number")),
    )
    op.create_table(
        "document_request",
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.BigInteger(), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "actor IN ('CUSTOMER', 'STAFF', 'SERVICE', 'SYSTEM')", name=op.f("ck_document_request_actor")
        ),
        sa.PrimaryKeyConstraint(
            "customer_id", "actor", "actor_id", "idempotency_key", name=op.f("pk_document_request")
        ),
    )
    amounts = ("subtotal", "discount_total", "shipping_total", "tax_total", "grand_total")
    op.create_table(
        "invoice",
        *key("id"),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        *[sa.Column(name, sa.BigInteger(), nullable=False) for name in amounts],
        sa.CheckConstraint(f"least({', '.join(amounts)}) >= 0", name=op.f("ck_invoice_totals")),
        sa.CheckConstraint(
            "grand_total = subtotal - discount_total + shipping_total + tax_total", name=op.f("ck_invoice_grand_total")
        ),
        sa.CheckConstraint("state IN ('OPEN', 'PAID')", name=op.f("ck_invoice_state")),
        refers("invoice", ORDER, "sales_order", ["customer_id", "id"]),
        sa.PrimaryKeyConstraint("customer_id", "order_id", "id", name=op.f("pk_invoice")),
    )
    op.create_index("ix_invoice_created_at", "invoice", ["created_at", "customer_id", "id"])
    item = [*ORDER, "position"]
    op.create_table(
        "invoice_item",
        *key("invoice_id"),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("row_total", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity > 0 AND row_total >= 0", name=op.f("ck_invoice_item_amounts")),
        refers("invoice_item", [*ORDER, "invoice_id"], "invoice", [*ORDER, "id"]),
        refers("invoice_item", item, "sales_order_item", item),
        sa.PrimaryKeyConstraint("customer_id", "order_id", "invoice_id", "position", name=op.f("pk_invoice_item")),
    )
    op.create_table(
        "shipment_item",
        *key("shipment_id"),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_shipment_item_quantity")),
        refers("shipment_item", [*ORDER, "shipment_id"], "shipment", [*ORDER, "id"]),
        refers("shipment_item", item, "sales_order_item", item),
        sa.PrimaryKeyConstraint("customer_id", "order_id", "shipment_id", "position", name=op.f("pk_shipment_item")),
    )
    op.add_column("shipment", sa.Column("number", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("shipment", "number")
    for table in (
        "shipment_item",
        "invoice_item",
        "invoice",
        "document_request",
        "document_number",
        "document_counter",
    ):
        op.drop_table(table)
