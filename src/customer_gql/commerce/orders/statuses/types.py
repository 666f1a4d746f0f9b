from typing import Final

import strawberry

from customer_gql.core.permissions import Permission
from customer_gql.graph.access.guards import guarded_type
from customer_gql.graph.fields import column, loaded
from customer_gql.graph.nodes import Node, node_id, visible_to_everyone
from customer_gql.graph.scalars import graph_enum
from customer_gql.shop.websites.reads import store_views_by_id
from customer_gql.shop.websites.types import StoreView

from . import reads
from .tables import OrderState

graph_enum(
    OrderState,
    "State of an order, which decides what can be done with it.",
    {
        "NEW": "Placed, not paid or invoiced yet.",
        "PENDING_PAYMENT": "Waiting for the payment.",
        "PAYMENT_REVIEW": "The payment is under review.",
        "PROCESSING": "Paid, invoiced or shipped at least in part, and not completely.",
        "ON_HOLD": "Put on hold by staff; it continues from its previous state.",
        "COMPLETE": "Completely invoiced and shipped.",
        "CLOSED": "Completely refunded.",
        "CANCELED": "Will not be delivered.",
    },
)
STATUSES_DESCRIPTION: Final = f"at most {reads.MAX_STATUSES}."


@strawberry.type(description="The label of an order status in one store view.")
class OrderStatusLabel:
    store_view: StoreView = loaded(store_views_by_id, key="store_view_id", description="Store view that shows it.")
    label: str = column("Label.")


@strawberry.type(description="A state that has an order status.")
class OrderStatusAssignment:
    state: OrderState = column("The state.")
    is_default: bool = column("Whether orders get the status when they come into the state.")
    is_visible: bool = column("Whether customers see orders of this status in the storefront.")


@guarded_type(requires=Permission.ORDERS_READ, description="A status by which the shop names where its orders are.")
class OrderStatus(Node):
    id: strawberry.ID = node_id(
        "ost",
        reads.statuses_by_id,
        "id",
        visible=visible_to_everyone,
        permission=Permission.ORDERS_READ,
        description="Id of the order status.",
    )
    code: str = column("Code, unique and never changed.")
    label: str = column("Label, in store views that have none of their own.")
    labels: list[OrderStatusLabel] = loaded(
        reads.store_view_labels_by_status, key="id", description="Labels of store views that have their own.", assumed=3
    )
    states: list[OrderStatusAssignment] = loaded(
        reads.states_by_status, key="code", description="States that orders of this status can have.", assumed=1
    )
    version: int = column("Version, which increases with every change. Pass it as `expectedVersion` in an edit.")
