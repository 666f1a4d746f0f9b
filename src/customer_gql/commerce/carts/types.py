import datetime as dt
from typing import Final

import strawberry

from customer_gql.commerce.catalog.reads import products_by_id
from customer_gql.commerce.catalog.types import Product
from customer_gql.customers.accounts.remembered.types import Remembered
from customer_gql.graph.fields import column, loaded
from customer_gql.graph.grids.types import extend_node
from customer_gql.graph.nodes import Node, node_id
from customer_gql.graph.scalars import Money, money

from . import reads


@strawberry.type(description="An item of a cart.")
class CartItem(Node):
    id: strawberry.ID = node_id("cit", reads.items_by_id, "customer_id", "cart_id", "id", description="Id of the item.")
    quantity: int = column("Quantity in the cart.")
    added_at: dt.datetime = column("Time at which the item was added.")
    product: Product = loaded(products_by_id, key="product_id", description="Product of the item.")


@strawberry.type(description="The products that a customer is about to buy.")
class Cart(Node):
    id: strawberry.ID = node_id("crt", reads.carts_by_id, "customer_id", "id", description="Id of the cart.")
    item_count: int = column("Number of different items.")
    subtotal: Money = money(
        "Sum of the items at current prices, before discounts, shipping and tax.", amount="subtotal"
    )
    updated_at: dt.datetime = column("Time of the last change.")
    items: list[CartItem] = loaded(
        reads.items_by_cart, key=("customer_id", "id"), description="Items of the cart, oldest first; at most 500."
    )


@strawberry.type
class CartSection:
    cart: Cart | None = loaded(
        reads.open_carts_by_customer, key="id", description="The customer's open cart; null when there is none."
    )


@strawberry.type
class RememberedCartSection:
    cart: Cart | None = loaded(
        reads.open_carts_by_customer,
        key="cart_owner_id",
        description="The customer's open cart; null when there is none, or where the website does not show it.",
    )


extend_node(Remembered, RememberedCartSection)
CUSTOMER_SECTIONS: Final = (CartSection,)
