import datetime as dt
from typing import Final

import strawberry

from customer_gql.commerce.catalog.reads import products_by_id
from customer_gql.commerce.catalog.types import Product
from customer_gql.graph.fields import column, loaded
from customer_gql.graph.nodes import Node, node_id
from customer_gql.graph.scalars import Money, money

from . import reads


@strawberry.type(description="A line of a cart.")
class CartItem(Node):
    id: strawberry.ID = node_id("cit", reads.items_by_id, "customer_id", "cart_id", "id", description="The line.")
    quantity: int = column("How many.")
    added_at: dt.datetime = column("When it was put in.")
    product: Product = loaded(products_by_id, key="product_id", description="What it is.")


@strawberry.type(description="What a customer is about to buy.")
class Cart(Node):
    id: strawberry.ID = node_id("crt", reads.carts_by_id, "customer_id", "id", description="The cart.")
    item_count: int = column("How many lines it holds.")
    subtotal: Money = money(
        "Sum of the lines at today's prices, before discounts, shipping and tax.", amount="subtotal"
    )
    updated_at: dt.datetime = column("Last change.")
    items: list[CartItem] = loaded(
        reads.items_by_cart, key=("customer_id", "id"), description="Its lines, oldest first; at most 500."
    )


@strawberry.type
class CartSection:
    cart: Cart | None = loaded(
        reads.open_carts_by_customer, key="id", description="The open cart; null when there is none."
    )


CUSTOMER_SECTIONS: Final = (CartSection,)
