from typing import Final

from customer_gql.shop.settings.declaration import GLOBAL, Setting

ARCHIVE_ENABLED: Final = Setting(
    "orders.archive_enabled",
    False,
    GLOBAL,
    "Whether finished orders are moved into the archive. Switching it off takes all of them back out within an hour.",
    label="Archive of orders",
)
ARCHIVE_DAYS: Final = Setting(
    "orders.archive_days",
    30,
    GLOBAL,
    "Days since an order was placed after which it is moved into the archive, once it is complete or closed.",
    at_least=0,
    at_most=10_000,
    label="Age of archived orders",
)
SETTINGS: Final = (ARCHIVE_ENABLED, ARCHIVE_DAYS)
