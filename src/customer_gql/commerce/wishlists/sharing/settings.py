"""How much a customer writes to others about a wishlist (docs/domain/wishlists.md#wishlists-9)."""

from typing import Final

from customer_gql.shop.settings.declaration import STORE_VIEW, Setting

MAX_EMAILS: Final = Setting(
    "wishlists.share_max_emails",
    10,
    STORE_VIEW,
    "Largest number of addresses to which a customer sends a wishlist at once.",
    at_least=1,
    at_most=100,
    label="Addresses of a shared wishlist",
)
MAX_TEXT: Final = Setting(
    "wishlists.share_max_text",
    255,
    STORE_VIEW,
    "Largest number of characters of the message with which a customer sends a wishlist.",
    at_least=1,
    at_most=4_000,
    label="Message with a wishlist",
)
SETTINGS: Final = (MAX_EMAILS, MAX_TEXT)
