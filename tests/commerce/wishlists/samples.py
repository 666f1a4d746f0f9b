"""Samples of wishlists for the tests that walk the whole graph."""

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
)
UNRECORDED = dict.fromkeys(_CHANGES, "of the wishlist; other systems are told by the event wishlist.changed")
