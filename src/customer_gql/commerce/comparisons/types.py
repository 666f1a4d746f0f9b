import datetime as dt
from typing import Any, Final

import strawberry

from customer_gql.commerce.catalog.reads import products_by_id
from customer_gql.commerce.catalog.types import Product
from customer_gql.commerce.orders.types import OrderItem
from customer_gql.graph.context import Context, Info
from customer_gql.graph.fields import loaded

from .reads import KEPT, LAST_ORDERED, BrowsedProduct, browsing_by_customer, last_items_by_customer, read_lists

OLDEST: Final = f"newest first; the last {KEPT} are kept."


@strawberry.type(name="BrowsedProduct", description="A product that a shopper looked at or compared.")
class ShownBrowsedProduct:
    product: Product = loaded(products_by_id, key="product_id", description="The product.")

    @strawberry.field(graphql_type=dt.datetime, description="Time at which the shopper did so last.")
    def browsed_at(self: Any) -> Any:
        return dt.datetime.fromisoformat(self.at)


async def show_browsed(context: Context, row: Any, name: str) -> list[BrowsedProduct]:
    """Those of a list whose products are there."""
    found = read_lists(row)[name]
    products = [await load for load in [context.load(products_by_id, one.product_id) for one in found]]
    return [one for one, there in zip(found, products, strict=True) if there is not None]


async def _show_of_customer(info: Info, customer: Any, name: str) -> list[BrowsedProduct]:
    row = await info.context.load(browsing_by_customer, customer.id)
    return await show_browsed(info.context, row, name)


def _browsed(name: str, description: str) -> Any:
    async def resolve(self: Any, info: Info) -> Any:
        return await _show_of_customer(info, self, name)

    resolve.__name__ = name
    return strawberry.field(
        resolver=resolve,
        graphql_type=list[ShownBrowsedProduct],
        description=f"{description}, {OLDEST}",
        metadata={"assumed": 5},
    )


@strawberry.type
class BrowsingSection:
    compare_list: list[ShownBrowsedProduct] = _browsed("listed", "Products that the customer is comparing")
    recently_compared: list[ShownBrowsedProduct] = _browsed("compared", "Products that the customer compared")
    recently_viewed: list[ShownBrowsedProduct] = _browsed("viewed", "Products that the customer looked at")
    last_ordered_items: list[OrderItem] = loaded(
        last_items_by_customer,
        key="id",
        assumed=5,
        description=f"Items of the customer's last orders, newest order first; at most {LAST_ORDERED}. Canceled orders do not count.",
    )


CUSTOMER_SECTIONS: Final = (BrowsingSection,)
