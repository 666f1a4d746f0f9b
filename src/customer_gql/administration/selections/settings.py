from typing import Final

from customer_gql.shop.settings.declaration import GLOBAL, Setting

KEPT_HOURS: Final = Setting(
    "selections.kept_hours",
    24,
    GLOBAL,
    "Hours until a selection is deleted.",
    at_least=1,
    at_most=720,
    label="Selections are kept",
)
MAX_ROWS: Final = Setting(
    "selections.max_rows",
    5_000_000,
    GLOBAL,
    "Most records that are selected at once.",
    at_least=1,
    at_most=50_000_000,
    label="Largest selection",
)
SETTINGS: Final = (KEPT_HOURS, MAX_ROWS)
