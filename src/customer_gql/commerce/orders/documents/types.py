import datetime as dt
from typing import Any, Final

import strawberry

from customer_gql.commerce.orders.reads import is_order_reachable, items_by_id, shipments_by_id
from customer_gql.commerce.orders.types import OrderItem, Shipment
from customer_gql.commerce.orders.workflow.types import OrderPayload
from customer_gql.core.permissions import Permission
from customer_gql.graph.access.guards import guarded_type
from customer_gql.graph.connections import Connection, paged
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column, loaded
from customer_gql.graph.grids.types import extend_node
from customer_gql.graph.nodes import Node, node_id
from customer_gql.graph.scalars import Money, graph_enum, money

from . import reads
from .tables import InvoiceState

graph_enum(
    InvoiceState,
    "State of an invoice.",
    {"OPEN": "Not paid yet.", "PAID": "Staff recorded that it was paid."},
)
_ITEM_KEY: Final = ("customer_id", "order_id", "position")


@guarded_type(requires=Permission.ORDERS_READ, description="An item of an invoice.")
class InvoiceItem:
    order_item: OrderItem = loaded(items_by_id, key=_ITEM_KEY, description="The item of the order.")
    quantity: int = column("Quantity that is charged.")
    row_total: Money = money("Unit price times quantity, minus its part of the discount.", amount="row_total")


@guarded_type(requires=Permission.ORDERS_READ, description="What of an order is charged.")
class Invoice(Node):
    id: strawberry.ID = node_id(
        "ivc",
        reads.invoices_by_id,
        "customer_id",
        "order_id",
        "id",
        visible_to_staff=is_order_reachable,
        permission=Permission.ORDERS_READ,
        description="Id of the invoice.",
    )
    number: str = column("Invoice number, unique in the shop. None of a store view is left out.")
    state: InvoiceState = column("State of the invoice.")
    created_at: dt.datetime = column("Time at which it was made.")
    subtotal: Money = money("Sum of price times quantity.", amount="subtotal")
    discount_total: Money = money("Sum of the discounts.", amount="discount_total")
    shipping_total: Money = money("Shipping charge: that of the order on its first invoice.", amount="shipping_total")
    tax_total: Money = money("Tax, in proportion to what is charged.", amount="tax_total")
    grand_total: Money = money("Amount to pay: subtotal minus discount, plus shipping and tax.", amount="grand_total")
    items: list[InvoiceItem] = loaded(
        reads.items_by_invoice,
        key=("customer_id", "order_id", "id"),
        limited=True,
        description="Items, in the order of those of the order, at most `first` of them.",
    )


@guarded_type(requires=Permission.ORDERS_READ, description="An item of a shipment.")
class ShipmentItem:
    order_item: OrderItem = loaded(items_by_id, key=_ITEM_KEY, description="The item of the order.")
    quantity: int = column("Quantity that was sent.")


@strawberry.type
class ShipmentItemSection:
    items: list[ShipmentItem] = loaded(
        reads.items_by_shipment,
        key=("customer_id", "order_id", "id"),
        limited=True,
        description="Items, in the order of those of the order, at most `first` of them; empty for shipments of which this is "
        "not known.",
    )


@strawberry.type
class OrderInvoiceSection:
    invoices: Connection[Invoice] = paged(
        reads.invoices_by_order, key=("customer_id", "id"), description="Invoices, oldest first."
    )


@strawberry.type(description="Result of `invoiceCreate`.")
class InvoiceCreatePayload(OrderPayload):
    document_key: strawberry.Private[int | None] = None

    @strawberry.field(
        graphql_type=Invoice | None, description="The invoice as stored now; null when refused, and in a dry run."
    )
    async def invoice(self, info: Info) -> Any:
        if self.order_key is None or self.document_key is None:
            return None
        return await info.context.load(reads.invoices_by_id, (*self.order_key, self.document_key))


@strawberry.type(description="Result of `shipmentCreate`.")
class ShipmentCreatePayload(OrderPayload):
    document_key: strawberry.Private[int | None] = None

    @strawberry.field(
        graphql_type=Shipment | None, description="The shipment as stored now; null when refused, and in a dry run."
    )
    async def shipment(self, info: Info) -> Any:
        if self.order_key is None or self.document_key is None:
            return None
        return await info.context.load(shipments_by_id, (*self.order_key, self.document_key))


ORDER_SECTIONS: Final = (OrderInvoiceSection,)
extend_node(Shipment, ShipmentItemSection)
