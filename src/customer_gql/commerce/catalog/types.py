from decimal import Decimal
from typing import Any, Final

import strawberry

from customer_gql.graph.context import Info
from customer_gql.graph.fields import column, loaded
from customer_gql.graph.grids.types import build_grid_types, show_grid_row
from customer_gql.graph.nodes import Node, node_id, visible_to_everyone
from customer_gql.graph.scalars import Money, graph_enum, money
from customer_gql.shop.groups.reads import tax_classes_by_id
from customer_gql.shop.groups.types import TaxClass
from customer_gql.shop.websites.types import Website

from . import reads
from .filters import PRODUCTS
from .stock import UNTRACKED
from .tables import ProductType

graph_enum(
    ProductType,
    "Kind of product.",
    {
        "SIMPLE": "One article.",
        "CONFIGURABLE": "An article of which the shopper chooses a variant.",
        "GROUPED": "Several articles that are shown together and bought one by one.",
        "BUNDLE": "Several articles that are bought together.",
        "VIRTUAL": "A service or another good that is not shipped.",
        "DOWNLOADABLE": "Files to download; not shipped.",
        "GIFT_CARD": "A gift card.",
    },
)


@strawberry.type(description="A value that a shopper can choose for an option of a product.")
class ProductOptionValue:
    code: str = column("Code, unique within the option.")
    title: str = column("Display name.")
    price: Money = money("Amount that is added to the unit price.", amount="price")


@strawberry.type(description="What a shopper chooses of a product, such as an engraving.")
class ProductOption:
    code: str = column("Code, unique within the product.")
    title: str = column("Display name.")
    is_required: bool = column("Whether the product can only be bought with a value of it.")
    values: list[ProductOptionValue] = loaded(
        reads.values_by_option,
        key=("product_id", "code"),
        description="Values to choose from, in the order of the shop; at most 100.",
        assumed=10,
    )


@strawberry.type(description="How much of a product there is, and how much of it can be bought at once.")
class ProductStock:
    quantity: int | None = column("Quantity in stock; null when it is not tracked. Below 0 while orders wait for it.")
    is_in_stock: bool = column("Whether the product is offered at all.")
    min_quantity: int = column("Smallest quantity of one line.")
    max_quantity: int | None = column("Largest quantity of one line; null where only the shop's limit applies.")
    allows_backorders: bool = column("Whether more can be bought than is in stock.")


@strawberry.type(description="A product, with the fields that carts, wishlists and reviews show.")
class Product(Node):
    id: strawberry.ID = node_id(
        "prd", reads.products_by_id, "id", visible=visible_to_everyone, description="Id of the product."
    )
    sku: str = column("Stock keeping unit, unique in the shop.")
    name: str = column("Display name.")
    type: ProductType = column("Kind of product.")
    price: Money = money("Base price of a unit, on websites of its currency.", amount="price")
    image_url: str | None = column("URL of the picture.")
    is_salable: bool = column("Whether the product can be bought now.")
    external_id: str | None = column("Id of the product in the shop's other systems.", admin=True)
    tax_class: TaxClass | None = loaded(
        tax_classes_by_id, key="tax_class_id", description="Tax class; null when the product is untaxed."
    )
    weight: Decimal | None = column("Weight of a unit in kilograms; null when it is unknown.")
    categories: list[str] = column("Categories that the product is in, as the shop names them.", assumed=5)
    is_returnable: bool | None = column("Whether the product can be returned; null where the shop's setting decides.")
    websites: list[Website] = loaded(
        reads.websites_by_product,
        key="id",
        description="Websites on which the product is sold; there are a few.",
        assumed=3,
    )
    options: list[ProductOption] = loaded(
        reads.options_by_product,
        key="id",
        description="What the shopper chooses, in the order of the shop; at most 50.",
        assumed=3,
    )

    @strawberry.field(
        graphql_type=ProductStock, description="How much there is, and how much of it can be bought at once."
    )
    async def stock(self: Any, info: Info) -> Any:
        found = await info.context.load(reads.stock_by_product, self.id)
        return UNTRACKED if found is None else found


PRODUCT_GRID: Final = build_grid_types(PRODUCTS, node="Product", of=Product, shows={"Product": Product})
GRIDS: Final = (PRODUCT_GRID,)
show_grid_row(PRODUCT_GRID, Product, "Row of the product in the list of products.")
