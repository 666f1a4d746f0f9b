"""What happened to an order, in the order in which it did (docs/domain/orders.md#orders-14)."""

import enum

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKeyConstraint, PrimaryKeyConstraint, Text

from customer_gql.customers.history.tables import HistoryActor
from customer_gql.database.tables import created_at, one_of, table


class OrderEntryKind(enum.StrEnum):
    COMMENT = "COMMENT"
    HOLD = "HOLD"
    UNHOLD = "UNHOLD"
    CANCELED = "CANCELED"
    ADDRESS_CHANGED = "ADDRESS_CHANGED"
    INVOICED = "INVOICED"
    SHIPPED = "SHIPPED"
    INVOICE_PAID = "INVOICE_PAID"
    INVOICE_CANCELED = "INVOICE_CANCELED"
    TRACKING_CHANGED = "TRACKING_CHANGED"
    ARCHIVED = "ARCHIVED"
    RESTORED = "RESTORED"
    PAYMENT_AUTHORIZED = "PAYMENT_AUTHORIZED"
    PAYMENT_REVIEWED = "PAYMENT_REVIEWED"
    PAYMENT_DECLINED = "PAYMENT_DECLINED"
    PAYMENT_ACCEPTED = "PAYMENT_ACCEPTED"
    PAYMENT_DENIED = "PAYMENT_DENIED"


order_comment = table(
    "order_comment",
    Column("customer_id", BigInteger, nullable=False),
    Column("order_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    # Of the order after it.
    Column("state", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("text", Text),
    Column("is_visible", Boolean, nullable=False),
    Column("actor", Text, nullable=False),
    Column("actor_id", BigInteger),
    created_at(),
    PrimaryKeyConstraint("customer_id", "order_id", "id"),
    ForeignKeyConstraint(["customer_id", "order_id"], ["sales_order.customer_id", "sales_order.id"]),
    CheckConstraint("char_length(text) BETWEEN 1 AND 4000", name="text_length"),
    one_of("kind", OrderEntryKind),
    one_of("actor", HistoryActor),
    distribution="customer",
    append_only=True,
)
