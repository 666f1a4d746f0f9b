from typing import Final

from customer_gql.shop.settings.declaration import GLOBAL, Setting

KEPT_DAYS: Final = Setting(
    "webhooks.kept_days",
    30,
    GLOBAL,
    "Days until what was sent to webhooks, or could not be, is deleted. A delivery takes up to three days.",
    at_least=4,
    at_most=3_650,
    label="Deliveries are kept",
)
SETTINGS: Final = (KEPT_DAYS,)
