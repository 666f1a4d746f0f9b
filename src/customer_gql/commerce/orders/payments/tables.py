"""Payments of orders by a provider, and each step of them (docs/domain/payments.md#payments-3)."""

import enum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Text,
    text,
)

from customer_gql.commerce.payments.ports import PaymentOutcome
from customer_gql.database.tables import created_at, currency_column, one_of, table


class OrderPaymentState(enum.StrEnum):
    PENDING = "PENDING"
    REDIRECT = "REDIRECT"
    REVIEW = "REVIEW"
    AUTHORIZED = "AUTHORIZED"
    DECLINED = "DECLINED"
    VOIDING = "VOIDING"
    VOIDED = "VOIDED"


class PaymentStep(enum.StrEnum):
    AUTHORIZE = "AUTHORIZE"
    STATUS = "STATUS"
    WEBHOOK = "WEBHOOK"
    STAFF = "STAFF"
    CAPTURE = "CAPTURE"
    VOID = "VOID"


class CaptureState(enum.StrEnum):
    STARTED = "STARTED"
    CAPTURED = "CAPTURED"
    DECLINED = "DECLINED"


# Changed under the lock of its order.
order_payment = table(
    "order_payment",
    Column("customer_id", BigInteger, nullable=False),
    Column("order_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("method", Text, nullable=False),
    Column("state", Text, nullable=False),
    currency_column(),
    Column("amount", BigInteger, nullable=False),
    Column("captured_total", BigInteger, nullable=False, server_default="0"),
    # By which the provider knows it.
    Column("reference", Text),
    # Where the shopper confirms it, while it is a REDIRECT.
    Column("url", Text),
    # When the provider is asked next, and how often it was asked in vain.
    Column("check_at", DateTime(timezone=True)),
    Column("check_count", Integer, nullable=False, server_default="0"),
    created_at(),
    PrimaryKeyConstraint("customer_id", "order_id", "id"),
    ForeignKeyConstraint(["customer_id", "order_id"], ["sales_order.customer_id", "sales_order.id"]),
    CheckConstraint("amount > 0 AND captured_total BETWEEN 0 AND amount", name="amounts"),
    one_of("state", OrderPaymentState),
    Index("ix_order_payment_check_at", "check_at", postgresql_where=text("check_at IS NOT NULL")),
    distribution="customer",
)

payment_transaction = table(
    "payment_transaction",
    Column("customer_id", BigInteger, nullable=False),
    Column("order_id", BigInteger, nullable=False),
    Column("payment_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("step", Text, nullable=False),
    # Null for what was begun, and where no answer came.
    Column("outcome", Text),
    Column("amount", BigInteger, nullable=False),
    Column("reference", Text),
    # Id that the provider gave a webhook, so that a repeated one changes nothing.
    Column("message_id", Text),
    created_at(),
    PrimaryKeyConstraint("customer_id", "order_id", "payment_id", "id"),
    ForeignKeyConstraint(
        ["customer_id", "order_id", "payment_id"],
        ["order_payment.customer_id", "order_payment.order_id", "order_payment.id"],
    ),
    one_of("step", PaymentStep),
    one_of("outcome", PaymentOutcome),
    Index(
        "uq_payment_transaction_message",
        "customer_id",
        "order_id",
        "payment_id",
        "message_id",
        unique=True,
        postgresql_where=text("message_id IS NOT NULL"),
    ),
    distribution="customer",
    append_only=True,
)

# What a provider was asked to take of a payment; the id is that of the invoice.
payment_capture = table(
    "payment_capture",
    Column("customer_id", BigInteger, nullable=False),
    Column("order_id", BigInteger, nullable=False),
    Column("payment_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    created_at(),
    PrimaryKeyConstraint("customer_id", "order_id", "payment_id", "id"),
    ForeignKeyConstraint(
        ["customer_id", "order_id", "payment_id"],
        ["order_payment.customer_id", "order_payment.order_id", "order_payment.id"],
    ),
    CheckConstraint("amount > 0", name="amount"),
    one_of("state", CaptureState),
    distribution="customer",
)
