import strawberry

from customer_gql.graph.fields import column
from customer_gql.graph.nodes import Node, node_id, visible_to_everyone
from customer_gql.graph.scalars import Money, money

from . import reads


@strawberry.type(description="The facts of a product that a customer's lists show.")
class Product(Node):
    id: strawberry.ID = node_id(
        "prd", reads.products_by_id, "id", visible=visible_to_everyone, description="The product."
    )
    sku: str = column("Stock keeping unit, unique in the shop.")
    name: str = column("Name people see.")
    price: Money = money("Price of one, before any discount.", amount="price")
    image_url: str | None = column("Where its picture lies.")
    is_salable: bool = column("Can be bought now.")
