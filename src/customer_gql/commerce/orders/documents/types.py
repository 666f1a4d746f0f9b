import datetime as dt
from typing import Any, Final

import strawberry

from customer_gql.commerce.orders.reads import is_order_reachable, items_by_id, shipments_by_id
from customer_gql.commerce.orders.statuses.tables import OrderState
from customer_gql.commerce.orders.types import OrderItem, Shipment
from customer_gql.commerce.orders.workflow.types import OrderPayload
from customer_gql.core.permissions import Permission
from customer_gql.graph.access.guards import guarded_type
from customer_gql.graph.connections import Connection, paged
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column, loaded
from customer_gql.graph.grids.types import extend_node
from customer_gql.graph.nodes import Node, node_id
from customer_gql.graph.scalars import Money, graph_enum, money, show_money

from . import reads
from .tables import InvoiceState

graph_enum(
    InvoiceState,
    "State of an invoice.",
    {
        "OPEN": "Not paid yet.",
        "PAID": "Staff recorded that it was paid, or the provider took the amount.",
        "CANCELED": "It was taken back before it was paid, and charges nothing.",
    },
)
_FINISHED: Final = frozenset({OrderState.COMPLETE.value, OrderState.CLOSED.value})
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
    @strawberry.field(
        description="What was paid: the sum of the paid invoices. Of an order that was finished without invoices, its grand total."
    )
    async def paid_total(self: Any, info: Info) -> Money:
        return show_money(await _find_paid(self, info), self.currency)

    @strawberry.field(
        description="What is left to pay: the grand total minus what was paid; nothing of a canceled order."
    )
    async def amount_due(self: Any, info: Info) -> Money:
        is_canceled = self.state == OrderState.CANCELED.value
        paid = await _find_paid(self, info)
        return show_money(0 if is_canceled else max(self.grand_total - paid, 0), self.currency)

    invoices: Connection[Invoice] = paged(
        reads.invoices_by_order, key=("customer_id", "id"), description="Invoices, oldest first."
    )


async def _find_paid(order: Any, info: Info) -> int:
    found = await info.context.load(reads.paid_by_order, (order.customer_id, order.id))
    if found is None:
        return order.grand_total if order.state in _FINISHED else 0
    return int(found.paid)


@strawberry.type(description="An invoice and its order after the change.")
class InvoicePayload(OrderPayload):
    document_key: strawberry.Private[int | None] = None

    @strawberry.field(
        graphql_type=Invoice | None, description="The invoice as stored now; null when refused, and in a dry run."
    )
    async def invoice(self, info: Info) -> Any:
        if self.order_key is None or self.document_key is None:
            return None
        return await info.context.load(reads.invoices_by_id, (*self.order_key, self.document_key))


@strawberry.type(description="Result of `invoiceCreate`.")
class InvoiceCreatePayload(InvoicePayload):
    pass


@strawberry.type(description="A shipment and its order after the change.")
class ShipmentPayload(OrderPayload):
    document_key: strawberry.Private[int | None] = None

    @strawberry.field(
        graphql_type=Shipment | None, description="The shipment as stored now; null when refused, and in a dry run."
    )
    async def shipment(self, info: Info) -> Any:
        if self.order_key is None or self.document_key is None:
            return None
        return await info.context.load(shipments_by_id, (*self.order_key, self.document_key))


@strawberry.type(description="Result of `shipmentCreate`.")
class ShipmentCreatePayload(ShipmentPayload):
    pass


ORDER_SECTIONS: Final = (OrderInvoiceSection,)
extend_node(Shipment, ShipmentItemSection)
