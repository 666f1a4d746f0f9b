"""Who writes reviews (docs/domain/reviews.md#reviews-6)."""

from typing import Final

from customer_gql.shop.settings.declaration import STORE_VIEW, WEBSITE, Setting

ENABLED: Final = Setting(
    "reviews.enabled",
    True,
    STORE_VIEW,
    "Whether shoppers write reviews. Those that are there stay.",
    label="Reviews",
)
GUESTS_ALLOWED: Final = Setting(
    "reviews.guests_allowed",
    True,
    WEBSITE,
    "Whether shoppers write reviews without an account.",
    label="Reviews by guests",
)
SETTINGS: Final = (ENABLED, GUESTS_ALLOWED)
