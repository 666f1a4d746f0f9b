from typing import Final

from customer_gql.shop.settings.declaration import STORE_VIEW, Setting

REORDER_ALLOWED: Final = Setting(
    "orders.reorder_allowed",
    True,
    STORE_VIEW,
    "Whether customers put what they ordered before into their cart again.",
    label="Order again",
)
SETTINGS: Final = (REORDER_ALLOWED,)
