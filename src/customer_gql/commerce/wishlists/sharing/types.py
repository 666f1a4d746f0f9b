import datetime as dt

import strawberry

from customer_gql.commerce.carts.types import ChosenProductOption, chosen_options
from customer_gql.commerce.catalog.reads import products_by_id
from customer_gql.commerce.catalog.types import Product
from customer_gql.commerce.wishlists.reads import items_by_wishlist
from customer_gql.graph.connections import Connection, paged
from customer_gql.graph.fields import column, loaded


@strawberry.type(description="A product on a wishlist that somebody shows to others.")
class SharedWishlistItem:
    quantity: int = column("Quantity that the owner wants.")
    comment: str | None = column("Note of the owner.", personal=True)
    added_at: dt.datetime = column("Time at which the item was added.")
    product: Product = loaded(products_by_id, key="product_id", description="Product of the item.")

    options: list[ChosenProductOption] = chosen_options("Required ones may be missing.")


@strawberry.type(description="A wishlist that its owner shows to others.")
class SharedWishlist:
    name: str = column("Name given by the owner.", personal=True)
    owner_first_name: str = column("First name of the owner; nothing else of them is shown.", personal=True)
    item_count: int = column("Number of different items.")
    updated_at: dt.datetime = column("Time of the last change.")
    items: Connection[SharedWishlistItem] = paged(
        items_by_wishlist, key=("customer_id", "id"), description="Items of the wishlist, newest first."
    )
