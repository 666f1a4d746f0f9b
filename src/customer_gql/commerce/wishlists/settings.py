"""Whether customers keep wishlists, and how many (docs/domain/wishlists.md#wishlists-5)."""

from typing import Final

from customer_gql.shop.settings.declaration import STORE_VIEW, Setting

ENABLED: Final = Setting(
    "wishlists.enabled",
    True,
    STORE_VIEW,
    "Whether customers change wishlists. What is on them stays, and staff see it.",
    label="Wishlists",
)
MULTIPLE: Final = Setting(
    "wishlists.multiple_enabled",
    True,
    STORE_VIEW,
    "Whether customers have more than one wishlist. Those that are there already stay.",
    label="Several wishlists",
)
MAX_LISTS: Final = Setting(
    "wishlists.max_lists",
    5,
    STORE_VIEW,
    "Largest number of wishlists of a customer, where they have more than one. Those that are there already stay.",
    at_least=1,
    at_most=100,
    label="Wishlists of a customer",
)
SETTINGS: Final = (ENABLED, MULTIPLE, MAX_LISTS)
