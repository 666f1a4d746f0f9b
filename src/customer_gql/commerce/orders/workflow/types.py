import datetime as dt
from typing import Any, Final

import strawberry

from customer_gql.commerce.orders.reads import is_order_reachable, orders_by_id
from customer_gql.commerce.orders.statuses.reads import labels_by_status
from customer_gql.commerce.orders.statuses.tables import OrderState
from customer_gql.commerce.orders.types import OrderLink
from customer_gql.core.permissions import Permission
from customer_gql.customers.history.tables import HistoryActor
from customer_gql.graph.access.guards import guarded_type
from customer_gql.graph.connections import Connection, paged
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column, loaded, storefront_only
from customer_gql.graph.nodes import Node, node_id
from customer_gql.graph.payloads import Payload
from customer_gql.graph.scalars import graph_enum
from customer_gql.staff.reads import staff_by_id
from customer_gql.staff.types import StaffUser

from . import reads
from .tables import OrderEntryKind

graph_enum(
    OrderEntryKind,
    "What happened to an order.",
    {
        "COMMENT": "A comment was written, or another status of the same state set.",
        "HOLD": "The order was put on hold.",
        "UNHOLD": "The order came back from hold.",
        "CANCELED": "What was neither invoiced nor shipped was canceled.",
        "ADDRESS_CHANGED": "An address was changed.",
        "INVOICED": "Items were invoiced.",
        "SHIPPED": "Items were shipped.",
        "INVOICE_PAID": "An open invoice was paid.",
        "INVOICE_CANCELED": "An open invoice was canceled.",
        "TRACKING_CHANGED": "A tracking number of a shipment was added or removed.",
        "ARCHIVED": "The order was moved into the archive.",
        "RESTORED": "The order was taken back out of the archive.",
        "PAYMENT_AUTHORIZED": "The provider holds the amount of the payment.",
        "PAYMENT_REVIEWED": "The provider looks at the payment.",
        "PAYMENT_DECLINED": "The provider refused the payment.",
        "PAYMENT_ACCEPTED": "Staff accepted the payment.",
        "PAYMENT_DENIED": "Staff refused the payment.",
    },
)


@guarded_type(
    requires=Permission.ORDERS_READ, description="Something that happened to an order, with what was written."
)
class OrderComment(Node):
    id: strawberry.ID = node_id(
        "ocm",
        reads.comments_by_id,
        "customer_id",
        "order_id",
        "id",
        storefront_read=reads.visible_comments_by_id,
        visible_to_staff=is_order_reachable,
        permission=Permission.ORDERS_READ,
        description="Id of the comment.",
    )
    kind: OrderEntryKind = column("What happened.")
    state: OrderState = column("State of the order after it.")
    status: str = column("Code of the status of the order after it.")
    text: str | None = column("What was written; null for nothing.", personal=True)
    is_visible: bool = column("Whether the customer sees it.", admin=True)
    created_at: dt.datetime = column("Time at which it happened.")
    actor: HistoryActor = column("Kind of identity that caused it.", admin=True)
    author: StaffUser | None = loaded(
        staff_by_id, key="staff_id", description="Staff user who caused it; null for other actors.", admin=True
    )


@strawberry.type
class OrderWorkflowSection:
    @strawberry.field(description="Label of the status, in the store view in which the order was placed.")
    async def status_label(self: Any, info: Info) -> str:
        found = await info.context.load(labels_by_status, (self.status, self.store_view_id))
        return found.label

    comments: Connection[OrderComment] = paged(
        reads.comments_by_order,
        key=("customer_id", "id"),
        description="What happened to the order since it was placed, newest first.",
        admin=True,
    )
    visible_comments: Connection[OrderComment] = storefront_only(
        paged(
            reads.visible_comments_by_order,
            key=("customer_id", "id"),
            description="What happened to the order and was written for its customer, newest first.",
        ),
        "comments",
    )


@strawberry.type(description="The order after the change.")
class OrderPayload(Payload):
    order_key: strawberry.Private[tuple[int, int] | None] = None

    @strawberry.field(graphql_type=OrderLink | None, description="The order as stored now; null when refused.")
    async def order(self, info: Info) -> Any:
        return None if self.order_key is None else await info.context.load(orders_by_id, self.order_key)


ORDER_SECTIONS: Final = (OrderWorkflowSection,)
