"""States of orders, which decide what can be done, and statuses, by which a shop names them (docs/domain/orders.md#orders-4)."""

import enum
from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Text,
    text,
)

from customer_gql.database.tables import one_of, table


class OrderState(enum.StrEnum):
    NEW = "NEW"
    PENDING_PAYMENT = "PENDING_PAYMENT"
    PAYMENT_REVIEW = "PAYMENT_REVIEW"
    PROCESSING = "PROCESSING"
    ON_HOLD = "ON_HOLD"
    COMPLETE = "COMPLETE"
    CLOSED = "CLOSED"
    CANCELED = "CANCELED"


FIRST_STATUSES: Final = {
    OrderState.NEW: "pending",
    OrderState.PENDING_PAYMENT: "pending_payment",
    OrderState.PAYMENT_REVIEW: "payment_review",
    OrderState.PROCESSING: "processing",
    OrderState.ON_HOLD: "holded",
    OrderState.COMPLETE: "complete",
    OrderState.CLOSED: "closed",
    OrderState.CANCELED: "canceled",
}
"""The default status that each state has from the start. A shop can choose another."""

# There are a few dozen, and none is ever deleted: orders name them.
order_status = table(
    "order_status",
    Column("id", BigInteger, primary_key=True),
    Column("code", Text, nullable=False, unique=True),
    Column("label", Text, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    CheckConstraint("code ~ '^[a-z][a-z0-9_]{0,31}$'", name="code"),
    CheckConstraint("char_length(label) BETWEEN 1 AND 128", name="label_length"),
    distribution="reference",
)

order_status_label = table(
    "order_status_label",
    Column("status_id", ForeignKey("order_status.id"), nullable=False),
    Column("store_view_id", ForeignKey("store_view.id"), nullable=False),
    Column("label", Text, nullable=False),
    PrimaryKeyConstraint("status_id", "store_view_id"),
    CheckConstraint("char_length(label) BETWEEN 1 AND 128", name="label_length"),
    distribution="reference",
)

order_status_state = table(
    "order_status_state",
    Column("state", Text, nullable=False),
    Column("status", ForeignKey("order_status.code"), nullable=False),
    Column("is_default", Boolean, nullable=False),
    # On the storefront. Of an invisible one its customer does not see the order.
    Column("is_visible", Boolean, nullable=False),
    PrimaryKeyConstraint("state", "status"),
    one_of("state", OrderState),
    Index("uq_order_status_state_default", "state", unique=True, postgresql_where=text("is_default")),
    distribution="reference",
)
