"""Samples of wishlists for the tests that walk the whole graph."""

from commerce.carts.samples import of_customer

NOT_PERSONAL = {
    "Wishlist.sharingCode": "shown to the owner alone",
    "WishlistItemFailure.key": "a name of a rule",
    "WishlistItemFailure.message": "about products",
}

_CHANGES = (
    "wishlistCreate",
    "wishlistUpdate",
    "wishlistDelete",
    "wishlistClear",
    "wishlistMerge",
    "wishlistItemsAdd",
    "wishlistItemsUpdate",
    "wishlistItemsRemove",
    "wishlistItemsMove",
    "wishlistItemsCopy",
    "wishlistItemsToCart",
    "cartItemsMoveToWishlist",
    "wishlistShare",
)
UNRECORDED = dict.fromkeys(_CHANGES, "of the wishlist; other systems are told by the event wishlist.changed")
CALLS = {
    "wishlistItemsAdd": of_customer(wishlistId=lambda ids: ids["wis"], items=[{"sku": "X"}]),
    "wishlistItemsUpdate": of_customer(items=lambda ids: [{"id": ids["wli"], "quantity": 1}]),
    "wishlistItemsRemove": of_customer(ids=lambda ids: [ids["wli"]]),
    "wishlistItemsMove": of_customer(wishlistId=lambda ids: ids["wis"], items=lambda ids: [{"id": ids["wli"]}]),
    "wishlistItemsCopy": of_customer(wishlistId=lambda ids: ids["wis"], items=lambda ids: [{"id": ids["wli"]}]),
    "wishlistItemsToCart": of_customer(wishlistId=lambda ids: ids["wis"], ids=lambda ids: [ids["wli"]]),
}
