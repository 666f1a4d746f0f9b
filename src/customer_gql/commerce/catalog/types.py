import strawberry

from customer_gql.graph.fields import column
from customer_gql.graph.nodes import Node, node_id, visible_to_everyone
from customer_gql.graph.scalars import Money, money

from . import reads


@strawberry.type(description="A product, with the fields that carts, wishlists and reviews show.")
class Product(Node):
    id: strawberry.ID = node_id(
        "prd", reads.products_by_id, "id", visible=visible_to_everyone, description="Id of the product."
    )
    sku: str = column("Stock keeping unit, unique in the shop.")
    name: str = column("Display name.")
    price: Money = money("Unit price before any discount.", amount="price")
    image_url: str | None = column("URL of the picture.")
    is_salable: bool = column("Whether the product can be bought now.")
