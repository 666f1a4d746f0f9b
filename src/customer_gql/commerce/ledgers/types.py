"""The fields of every movement of a balance, beside what it moved."""

import datetime as dt

import strawberry

from customer_gql.commerce.orders.reads import orders_by_id
from customer_gql.commerce.orders.types import OrderLink
from customer_gql.customers.history.types import HistoryActor
from customer_gql.graph.fields import column, loaded
from customer_gql.graph.nodes import Node
from customer_gql.shop.websites.reads import websites_by_id
from customer_gql.shop.websites.types import Website
from customer_gql.staff.reads import staff_by_id
from customer_gql.staff.types import StaffUser


@strawberry.type
class LedgerEntry(Node):
    website: Website = loaded(websites_by_id, key="website_id", description="Website of the balance.")
    actor: HistoryActor = column("Kind of identity that caused the movement.")
    staff: StaffUser | None = loaded(
        staff_by_id, key="staff_id", description="Staff user who caused it; null for other actors.", admin=True
    )
    order: OrderLink | None = loaded(
        orders_by_id, key=("customer_id", "order_id"), description="Order it belongs to; null for none."
    )
    comment: str | None = column(
        "Reason in words: the number of an order or credit memo, or what staff wrote.", personal=True
    )
    is_customer_notified: bool = column("Whether the customer got a mail about it.")
    created_at: dt.datetime = column("Time of the movement; later than that of every movement before it.")
