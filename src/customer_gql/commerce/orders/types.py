import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any, Final

import strawberry

from customer_gql.graph.connections import Connection, paged
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column, loaded
from customer_gql.graph.nodes import Node, node_id
from customer_gql.graph.scalars import Money, graph_enum, money
from customer_gql.shop.websites.reads import store_views_by_id
from customer_gql.shop.websites.types import StoreView
from customer_gql.staff.reads import staff_by_id
from customer_gql.staff.types import SalesRepresentative

from . import reads
from .tables import OrderStatus

if TYPE_CHECKING:
    from customer_gql.schema.order import Order

OrderLink = Annotated["Order", strawberry.lazy("customer_gql.schema.order")]

graph_enum(
    OrderStatus,
    "Where an order stands.",
    {
        "PENDING": "Placed, not paid or invoiced yet.",
        "PENDING_PAYMENT": "Waits for the payment to be made.",
        "PAYMENT_REVIEW": "The payment is being looked at.",
        "PROCESSING": "Paid or invoiced at least in part, and not all shipped.",
        "ON_HOLD": "Stopped by staff; goes on where it was.",
        "COMPLETE": "All invoiced and shipped.",
        "CLOSED": "All refunded.",
        "CANCELED": "Will not be delivered.",
    },
)


@strawberry.type(description="A line of an order, as it was when the order was placed.")
class OrderItem(Node):
    id: strawberry.ID = node_id(
        "oit", reads.items_by_id, "customer_id", "order_id", "position", description="The order item."
    )
    position: int = column("Number of the line, from 1 on.")
    sku: str = column("Stock keeping unit.")
    name: str = column("Name of the product then.")
    quantity_ordered: int = column("How many were ordered.")
    quantity_shipped: int = column("How many were shipped.")
    price: Money = money("Price of one, before discount.", amount="price")
    discount: Money = money("What was taken off the line.", amount="discount")
    row_total: Money = money("Price times quantity, less the discount.", amount="row_total")


@strawberry.type(description="A carrier's number to follow a parcel by.")
class TrackingNumber:
    carrier: str = column("Who carries it.")
    number: str = column("The carrier's number.")


@strawberry.type(description="Goods of one order sent at one time.")
class Shipment(Node):
    id: strawberry.ID = node_id(
        "shp", reads.shipments_by_id, "customer_id", "order_id", "id", description="The shipment."
    )
    shipped_at: dt.datetime = column("When it left.")
    tracking_numbers: list[TrackingNumber] = loaded(
        reads.tracking_numbers_by_shipment,
        key=("customer_id", "order_id", "id"),
        description="One for each parcel.",
    )


@strawberry.type(description="An address as it was when the order was placed.")
class OrderAddress:
    name: str = column("Who receives.", personal=True)
    company: str | None = column("Company.", personal=True)
    street: list[str] = column("One to four lines.", personal=True)
    city: str = column("City.", personal=True)
    region: str | None = column("State or province.")
    postcode: str | None = column("Postal code.", personal=True)
    country_code: str = column("ISO 3166-1 code of two letters.")
    telephone: str | None = column("Telephone.", personal=True)


@strawberry.type
class OrderDetailSection(Node):
    id: strawberry.ID = node_id("ord", reads.orders_by_id, "customer_id", "id", description="The order.")
    number: str = column("The number people use, unique in the shop.")
    status: OrderStatus = column("Where it stands.")
    placed_at: dt.datetime = column("When it was placed.")
    customer_email: str = column("Address of the buyer when it was placed.", personal=True)
    customer_name: str = column("Name of the buyer when it was placed.", personal=True)
    subtotal: Money = money("Sum of price times quantity.", amount="subtotal")
    discount_total: Money = money("What was taken off.", amount="discount_total")
    shipping_total: Money = money("Shipping.", amount="shipping_total")
    tax_total: Money = money("Tax.", amount="tax_total")
    grand_total: Money = money(
        "What was to be paid: subtotal, less discount, plus shipping and tax.", amount="grand_total"
    )
    refunded_total: Money = money("What was paid back.", amount="refunded_total")
    store_view: StoreView = loaded(store_views_by_id, key="store_view_id", description="Where it was placed.")
    sales_representative: SalesRepresentative | None = loaded(
        staff_by_id, key="sales_representative_id", description="Who of the staff took the order.", admin=True
    )
    billing_address: OrderAddress | None = loaded(
        reads.billing_addresses_by_order, key=("customer_id", "id"), description="Where the invoice went."
    )
    shipping_address: OrderAddress | None = loaded(
        reads.shipping_addresses_by_order, key=("customer_id", "id"), description="Where the goods went."
    )
    items: list[OrderItem] = loaded(
        reads.items_by_order,
        key=("customer_id", "id"),
        limited=True,
        description="Its lines in order, at most `first` of them; `itemCount` tells how many there are.",
    )
    shipments: list[Shipment] = loaded(
        reads.shipments_by_order, key=("customer_id", "id"), description="What was sent, oldest first; a few by nature."
    )

    @strawberry.field(description="How many lines it has.")
    async def item_count(self: Any, info: Info) -> int:
        counted = await info.context.load(reads.item_counts_by_order, (self.customer_id, self.id))
        return 0 if counted is None else counted.item_count


@strawberry.type(
    description="What a customer's orders add up to. Canceled orders do not count, refunds are taken off, and only "
    "orders in the base currency of the customer's website are added up."
)
class OrderStatistics:
    order_count: int = column("How many orders.")
    lifetime_value: Money = money("What the shop kept of them.", amount="lifetime_value")
    average_order_value: Money | None = money(
        "The same for one order on average; null without orders.", amount="average_order_value"
    )
    last_order_at: dt.datetime | None = column("When the last of them was placed.")


@strawberry.type
class OrderSection:
    orders: Connection[OrderLink] = paged(
        reads.orders_by_customer, key="id", description="Every order of the customer, newest first."
    )
    order_statistics: OrderStatistics = loaded(
        reads.statistics_by_customer, key="id", description="What the orders add up to."
    )


CUSTOMER_SECTIONS: Final = (OrderSection,)
ORDER_SECTIONS: Final = (OrderDetailSection,)
