"""Invoices, what is in shipments, and the numbers of both (docs/domain/orders.md#orders-17)."""

import enum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Text,
)

from customer_gql.customers.history.tables import HistoryActor
from customer_gql.database.tables import created_at, currency_column, one_of, table


class OrderDocument(enum.StrEnum):
    INVOICE = "INVOICE"
    SHIPMENT = "SHIPMENT"


class InvoiceState(enum.StrEnum):
    OPEN = "OPEN"
    PAID = "PAID"
    CANCELED = "CANCELED"


# The last number of each store view: drawn by the transaction that uses it, so that none is left out.
document_counter = table(
    "document_counter",
    Column("store_view_id", ForeignKey("store_view.id"), nullable=False),
    Column("document", Text, nullable=False),
    Column("last_number", BigInteger, nullable=False),
    PrimaryKeyConstraint("store_view_id", "document"),
    CheckConstraint("last_number > 0", name="last_number"),
    one_of("document", OrderDocument),
    distribution="local",
)

# A number names one document of the shop; unique keys of the document itself would have to hold the customer.
document_number = table(
    "document_number",
    Column("number", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("customer_id", BigInteger, nullable=False),
    Column("order_id", BigInteger, nullable=False),
    Column("document_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("number", "document"),
    one_of("document", OrderDocument),
    distribution="lookup",
)

invoice = table(
    "invoice",
    Column("customer_id", BigInteger, nullable=False),
    Column("order_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("number", Text, nullable=False),
    Column("state", Text, nullable=False),
    created_at(),
    currency_column(),
    Column("subtotal", BigInteger, nullable=False),
    Column("discount_total", BigInteger, nullable=False),
    Column("shipping_total", BigInteger, nullable=False),
    Column("tax_total", BigInteger, nullable=False),
    Column("grand_total", BigInteger, nullable=False),
    PrimaryKeyConstraint("customer_id", "order_id", "id"),
    ForeignKeyConstraint(["customer_id", "order_id"], ["sales_order.customer_id", "sales_order.id"]),
    CheckConstraint("least(subtotal, discount_total, shipping_total, tax_total, grand_total) >= 0", name="totals"),
    CheckConstraint("grand_total = subtotal - discount_total + shipping_total + tax_total", name="grand_total"),
    one_of("state", InvoiceState),
    Index("ix_invoice_created_at", "created_at", "customer_id", "id"),
    distribution="customer",
)

invoice_item = table(
    "invoice_item",
    Column("customer_id", BigInteger, nullable=False),
    Column("order_id", BigInteger, nullable=False),
    Column("invoice_id", BigInteger, nullable=False),
    Column("position", Integer, nullable=False),
    Column("quantity", Integer, nullable=False),
    currency_column(),
    Column("row_total", BigInteger, nullable=False),
    PrimaryKeyConstraint("customer_id", "order_id", "invoice_id", "position"),
    ForeignKeyConstraint(
        ["customer_id", "order_id", "invoice_id"], ["invoice.customer_id", "invoice.order_id", "invoice.id"]
    ),
    ForeignKeyConstraint(
        ["customer_id", "order_id", "position"],
        ["sales_order_item.customer_id", "sales_order_item.order_id", "sales_order_item.position"],
    ),
    CheckConstraint("quantity > 0 AND row_total >= 0", name="amounts"),
    distribution="customer",
)

shipment_item = table(
    "shipment_item",
    Column("customer_id", BigInteger, nullable=False),
    Column("order_id", BigInteger, nullable=False),
    Column("shipment_id", BigInteger, nullable=False),
    Column("position", Integer, nullable=False),
    Column("quantity", Integer, nullable=False),
    PrimaryKeyConstraint("customer_id", "order_id", "shipment_id", "position"),
    ForeignKeyConstraint(
        ["customer_id", "order_id", "shipment_id"], ["shipment.customer_id", "shipment.order_id", "shipment.id"]
    ),
    ForeignKeyConstraint(
        ["customer_id", "order_id", "position"],
        ["sales_order_item.customer_id", "sales_order_item.order_id", "sales_order_item.position"],
    ),
    CheckConstraint("quantity > 0", name="quantity"),
    distribution="customer",
)

# What a key of a caller made, so that a repeat makes nothing more.
document_request = table(
    "document_request",
    Column("customer_id", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("actor_id", BigInteger, nullable=False),
    Column("idempotency_key", Text, nullable=False),
    Column("body_hash", BigInteger, nullable=False),
    Column("document_id", BigInteger, nullable=False),
    created_at(),
    PrimaryKeyConstraint("customer_id", "actor", "actor_id", "idempotency_key"),
    one_of("actor", HistoryActor),
    distribution="customer",
)
