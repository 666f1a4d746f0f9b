import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any, Final

import strawberry

from customer_gql.core.permissions import Permission
from customer_gql.customers.addresses.templates.reads import format_for_viewer
from customer_gql.customers.addresses.templates.settings import AddressFormat
from customer_gql.customers.addresses.templates.types import FORMATTED, Format, StoreViewId
from customer_gql.customers.profile.reads import find_reachable_customer
from customer_gql.customers.profile.types import CustomerLink
from customer_gql.graph.access.guards import guarded_type
from customer_gql.graph.connections import After, Before, Connection, DeclaredPages, First, Last, make_window, paged
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column, loaded
from customer_gql.graph.grids.inputs import make_filter_input, make_sort_input
from customer_gql.graph.grids.types import build_grid_types, grid_row_field
from customer_gql.graph.nodes import Node, node_id
from customer_gql.graph.roots import ADMIN
from customer_gql.graph.scalars import Money, graph_enum, money
from customer_gql.shop.groups.reads import groups_by_id
from customer_gql.shop.groups.types import CustomerGroup
from customer_gql.shop.websites.reads import store_views_by_id
from customer_gql.shop.websites.types import StoreView
from customer_gql.staff.reads import staff_by_id
from customer_gql.staff.types import SalesRepresentative

from . import reads
from .figures import OrderStatistics, WebsiteOrderStatistics
from .filters import ORDERS
from .own_orders import OWN_ORDERS, OrderScope, load_own_orders
from .statuses.types import OrderState

if TYPE_CHECKING:
    from customer_gql.schema.order import Order

_FORMATTED_COLUMNS: Final = ("company", "street", "city", "region", "postcode", "country_code", "telephone")
OWN_FILTER: Final = make_filter_input(OWN_ORDERS, "OwnOrderFilter", is_for_staff=False)
OWN_SORT: Final = make_sort_input(OWN_ORDERS, "OwnOrderSort")
graph_enum(
    OrderScope,
    "Where orders were placed.",
    {
        "GLOBAL": "In every store view.",
        "WEBSITE": "On the website that the request is about.",
        "STORE_VIEW": "In the store view of `X-Store-View`, else in the default one of the website.",
    },
)
OrderLink = Annotated["Order", strawberry.lazy("customer_gql.schema.order")]


@guarded_type(requires=Permission.ORDERS_READ, description="An item of an order, as it was when the order was placed.")
class OrderItem(Node):
    id: strawberry.ID = node_id(
        "oit",
        reads.items_by_id,
        "customer_id",
        "order_id",
        "position",
        visible_to_staff=reads.is_order_reachable,
        permission=Permission.ORDERS_READ,
        description="Id of the order item.",
    )
    position: int = column("Position in the order, from 1.")
    sku: str = column("Stock keeping unit.")
    name: str = column("Name of the product at that time.")
    is_virtual: bool = column("Whether nothing of it is shipped, as of a service or a file.")
    quantity_ordered: int = column("Quantity that was ordered.")
    quantity_shipped: int = column("Quantity that was shipped.")
    quantity_invoiced: int = column("Quantity that was invoiced.")
    quantity_canceled: int = column("Quantity that was canceled.")
    quantity_refunded: int = column("Quantity that was refunded.")
    price: Money = money("Unit price before the discount.", amount="price")
    discount: Money = money("Discount of the item.", amount="discount")
    row_total: Money = money("Unit price times quantity, minus the discount.", amount="row_total")


@strawberry.type(description="A tracking number of a parcel.")
class TrackingNumber:
    carrier: str = column("Name of the carrier.")
    number: str = column("Tracking number given by the carrier.")


@guarded_type(requires=Permission.ORDERS_READ, description="Items of an order that were sent together.")
class Shipment(Node):
    id: strawberry.ID = node_id(
        "shp",
        reads.shipments_by_id,
        "customer_id",
        "order_id",
        "id",
        visible_to_staff=reads.is_order_reachable,
        permission=Permission.ORDERS_READ,
        description="Id of the shipment.",
    )
    number: str | None = column("Shipment number, unique in the shop; null for shipments that have none.")
    shipped_at: dt.datetime = column("Time at which the shipment was sent.")
    tracking_numbers: list[TrackingNumber] = loaded(
        reads.tracking_numbers_by_shipment,
        key=("customer_id", "order_id", "id"),
        description="Tracking numbers, one for each parcel.",
        assumed=1,
    )


@strawberry.type(description="An address as it was when the order was placed.")
class OrderAddress:
    name: str = column("Name of the recipient.", personal=True)
    company: str | None = column("Company.", personal=True)
    street: list[str] = column("Street, one to four lines.", personal=True)
    city: str = column("City.", personal=True)
    region: str | None = column("State or province.")
    postcode: str | None = column("Postal code.", personal=True)
    country_code: str = column("ISO 3166-1 code of two letters.")
    telephone: str | None = column("Telephone.", personal=True)

    @strawberry.field(
        graphql_type=str | None,
        description=FORMATTED.format(record="the order")
        + " An order keeps the name of the recipient as a whole, which "
        "stands for the first name.",
        metadata={"personal": True},
    )
    async def formatted(
        self: Any, info: Info, format: Format = AddressFormat.TEXT, store_view_id: StoreViewId = None
    ) -> Any:
        values = {name: getattr(self, name) for name in _FORMATTED_COLUMNS} | {"first_name": self.name}
        order = await info.context.load(reads.orders_by_id, (self.customer_id, self.order_id))
        own_view = None if order is None else order.store_view_id
        return await format_for_viewer(info.context, values, format, own_view=own_view, wanted_view=store_view_id)


@strawberry.type
class OrderDetailSection(Node):
    id: strawberry.ID = node_id(
        "ord",
        reads.orders_by_id,
        "customer_id",
        "id",
        storefront_read=reads.visible_orders_by_id,
        visible_to_staff=reads.is_order_reachable,
        permission=Permission.ORDERS_READ,
        description="Id of the order.",
    )
    number: str = column("Order number that people use, unique in the shop.")
    state: OrderState = column("State of the order, which decides what can be done with it.")
    status: str = column("Code of the status by which the shop names where the order is.")
    placed_at: dt.datetime = column("Time at which the order was placed.")
    customer_email: str = column("E-mail address of the buyer when the order was placed.", personal=True)
    customer_name: str = column("Name of the buyer when the order was placed.", personal=True)
    subtotal: Money = money("Sum of price times quantity.", amount="subtotal")
    discount_total: Money = money("Sum of the discounts.", amount="discount_total")
    shipping_total: Money = money("Shipping charge.", amount="shipping_total")
    tax_total: Money = money("Tax.", amount="tax_total")
    grand_total: Money = money("Amount to pay: subtotal minus discount, plus shipping and tax.", amount="grand_total")
    refunded_total: Money = money("Refunded amount.", amount="refunded_total")
    archived_at: dt.datetime | None = column(
        "Time at which staff moved the order into the archive; null where it is not.", admin=True
    )
    store_view: StoreView = loaded(
        store_views_by_id, key="store_view_id", description="Store view in which the order was placed."
    )
    customer_group: CustomerGroup | None = loaded(
        groups_by_id,
        key="customer_group_id",
        description="Group of the customer when the order was placed; null when it was not kept, or is gone.",
        admin=True,
    )
    sales_representative: SalesRepresentative | None = loaded(
        staff_by_id, key="sales_representative_id", description="Staff user who took the order.", admin=True
    )
    billing_address: OrderAddress | None = loaded(
        reads.billing_addresses_by_order, key=("customer_id", "id"), description="Billing address."
    )
    shipping_address: OrderAddress | None = loaded(
        reads.shipping_addresses_by_order, key=("customer_id", "id"), description="Shipping address."
    )
    items: list[OrderItem] = loaded(
        reads.items_by_order,
        key=("customer_id", "id"),
        limited=True,
        description="Items in order, at most `first` of them; `itemCount` is the number of all.",
    )
    shipments: list[Shipment] = loaded(
        reads.shipments_by_order,
        key=("customer_id", "id"),
        description="Shipments, oldest first; there are only a few.",
        assumed=1,
    )

    @strawberry.field(
        graphql_type=CustomerLink | None,
        description="The customer; null when deleted, or of a website that the viewer does not reach.",
        metadata=ADMIN,
    )
    async def customer(self: Any, info: Info) -> Any:
        return await find_reachable_customer(info.context, self.customer_id)

    @strawberry.field(description="Number of items.")
    async def item_count(self: Any, info: Info) -> int:
        counted = await info.context.load(reads.item_counts_by_order, (self.customer_id, self.id))
        return 0 if counted is None else counted.item_count


@strawberry.type
class OrderSection:
    orders: Connection[OrderLink] | None = paged(
        reads.orders_by_customer,
        key="id",
        description="All orders of the customer, newest first.",
        admin=True,
        requires=Permission.ORDERS_READ,
    )

    @strawberry.field(
        name="orders",
        graphql_type=Connection[OrderLink],
        description="Orders of the customer, newest first; without those that still wait for their payment.",
        metadata={"audience": "storefront", "load": DeclaredPages(reads.visible_orders_by_customer, ("id",))},
    )
    async def own_orders(
        self: Any,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
        filter: Annotated[
            OWN_FILTER | None,  # pyright: ignore[reportInvalidTypeForm]
            strawberry.argument(description="Orders to show; all by default."),
        ] = strawberry.UNSET,
        sort: Annotated[
            list[OWN_SORT] | None,  # pyright: ignore[reportInvalidTypeForm]
            strawberry.argument(description="At most three sort keys; the id breaks ties. Newest first by default."),
        ] = strawberry.UNSET,
        scope: Annotated[
            OrderScope, strawberry.argument(description="Where the orders were placed; anywhere by default.")
        ] = OrderScope.GLOBAL,
    ) -> Any:
        window = make_window(first, after, last, before)
        asked: Any = [None if value is strawberry.UNSET else value for value in (filter, sort)]
        return await load_own_orders(info.context, self.id, window, filter=asked[0], sort=asked[1], scope=scope)

    order_statistics: OrderStatistics = loaded(
        reads.statistics_by_customer, key="id", description="Totals of the customer's orders."
    )
    order_statistics_by_website: list[WebsiteOrderStatistics] = loaded(
        reads.statistics_by_website,
        key="id",
        description="Totals of the customer's orders on every website and in every currency in which there are any.",
        admin=True,
        assumed=1,
    )


@strawberry.type
class DeletedCustomerOrderSection:
    orders: Connection[OrderLink] | None = paged(
        reads.orders_by_customer,
        key="customer_id",
        description="Orders of the deleted customer, newest first.",
        requires=Permission.ORDERS_READ,
    )


ORDER_GRID: Final = build_grid_types(
    ORDERS,
    node="Order",
    of=OrderLink,
    permission=Permission.ORDERS_READ,
    shows={"Order": OrderDetailSection, "OrderAddress": OrderAddress},
    connection="OrderGridConnection",
)


@strawberry.type
class OrderGridSection:
    grid_row: ORDER_GRID.row_type | None = grid_row_field(  # pyright: ignore
        ORDER_GRID, "Row of the order in the grid."
    )


CUSTOMER_SECTIONS: Final = (OrderSection,)
DELETED_CUSTOMER_SECTIONS: Final = (DeletedCustomerOrderSection,)
ORDER_SECTIONS: Final = (OrderDetailSection, OrderGridSection)
GRIDS: Final = (ORDER_GRID,)
