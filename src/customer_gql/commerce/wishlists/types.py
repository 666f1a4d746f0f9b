import datetime as dt
from typing import Any, Final

import strawberry

from customer_gql.commerce.carts.types import ChosenProductOption, chosen_options
from customer_gql.commerce.catalog.reads import products_by_id
from customer_gql.commerce.catalog.types import Product
from customer_gql.graph.connections import Connection, paged
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column, loaded
from customer_gql.graph.nodes import Node, node_id
from customer_gql.graph.scalars import graph_enum

from . import reads
from .tables import WishlistVisibility

graph_enum(
    WishlistVisibility,
    "Visibility of a wishlist.",
    {
        "PRIVATE": "Visible only to its owner, and to the recipients when it is sent afterwards.",
        "PUBLIC": "Visible to everybody who searches for its owner, or has its code.",
    },
)


@strawberry.type(description="A product on a wishlist.")
class WishlistItem(Node):
    id: strawberry.ID = node_id(
        "wli", reads.items_by_id, "customer_id", "wishlist_id", "id", description="Id of the item."
    )
    quantity: int = column("Quantity that the customer wants.")
    comment: str | None = column("Note of the customer.", personal=True)
    added_at: dt.datetime = column("Time at which the item was added.")
    product: Product = loaded(products_by_id, key="product_id", description="Product of the item.")

    options: list[ChosenProductOption] = chosen_options("Required ones may be missing.")


@strawberry.type(description="Products that a customer may buy later.")
class Wishlist(Node):
    id: strawberry.ID = node_id("wis", reads.wishlists_by_id, "customer_id", "id", description="Id of the wishlist.")
    name: str = column("Name given by the customer.", personal=True)
    visibility: WishlistVisibility = column("Visibility of the wishlist.")
    is_default: bool = column("Whether this is the customer's first wishlist, which cannot be deleted.")
    item_count: int = column("Number of different items.")
    updated_at: dt.datetime = column("Time of the last change.")

    @strawberry.field(
        graphql_type=str | None,
        description="Code by which others see it with `sharedWishlist`: of a public one, and of one that was sent by `wishlistShare`. "
        "Shown to the owner alone.",
    )
    def sharing_code(self: Any, info: Info) -> Any:
        viewer = info.context.viewer
        is_owner = viewer.customer_id == self.customer_id and not viewer.is_staff_or_service
        return self.sharing_code if is_owner else None

    items: Connection[WishlistItem] = paged(
        reads.items_by_wishlist, key=("customer_id", "id"), description="Items of the wishlist, newest first."
    )


@strawberry.type
class WishlistSection:
    wishlist: Wishlist | None = loaded(
        reads.default_wishlists_by_customer, key="id", description="The default wishlist; null before its first item."
    )
    wishlists: list[Wishlist] = loaded(
        reads.wishlists_by_customer,
        key="id",
        description="All wishlists, the default one first; their number is limited.",
    )


CUSTOMER_SECTIONS: Final = (WishlistSection,)
