import datetime as dt
from typing import Final

import strawberry

from customer_gql.commerce.catalog.reads import products_by_id
from customer_gql.commerce.catalog.types import Product
from customer_gql.graph.connections import Connection, paged
from customer_gql.graph.fields import column, loaded
from customer_gql.graph.nodes import Node, node_id
from customer_gql.graph.scalars import graph_enum

from . import reads
from .tables import WishlistVisibility

graph_enum(
    WishlistVisibility,
    "Who may see a wishlist.",
    {"PRIVATE": "Its owner alone.", "PUBLIC": "Everybody who searches for the owner."},
)


@strawberry.type(description="A product on a wishlist.")
class WishlistItem(Node):
    id: strawberry.ID = node_id("wli", reads.items_by_id, "customer_id", "wishlist_id", "id", description="The item.")
    quantity: int = column("How many are wished for.")
    comment: str | None = column("The customer's note.", personal=True)
    added_at: dt.datetime = column("When it was added.")
    product: Product = loaded(products_by_id, key="product_id", description="What is wished for.")


@strawberry.type(description="Products a customer may buy later.")
class Wishlist(Node):
    id: strawberry.ID = node_id("wis", reads.wishlists_by_id, "customer_id", "id", description="The wishlist.")
    name: str = column("Name the customer gave it.", personal=True)
    visibility: WishlistVisibility = column("Who may see it.")
    is_default: bool = column("The customer's first list, which cannot be deleted.")
    item_count: int = column("How many different items it holds.")
    updated_at: dt.datetime = column("Last change.")
    items: Connection[WishlistItem] = paged(
        reads.items_by_wishlist, key=("customer_id", "id"), description="What it holds, newest first."
    )


@strawberry.type
class WishlistSection:
    wishlist: Wishlist | None = loaded(
        reads.default_wishlists_by_customer, key="id", description="The default wishlist; null before its first item."
    )
    wishlists: list[Wishlist] = loaded(
        reads.wishlists_by_customer, key="id", description="Every wishlist, the default one first; a few by rule."
    )


CUSTOMER_SECTIONS: Final = (WishlistSection,)
