from typing import Final

from customer_gql.shop.settings.declaration import GLOBAL, Setting

KEPT_HOURS: Final = Setting(
    "files.kept_hours",
    24,
    GLOBAL,
    "Hours until exports, reports and the uploads of imports are deleted.",
    at_least=1,
    at_most=720,
    label="Files are kept",
)
LINK_MINUTES: Final = Setting(
    "files.link_minutes",
    15,
    GLOBAL,
    "Minutes in which a link to a file works; it works once.",
    at_least=1,
    at_most=15,
    label="Lifetime of download links",
)
SETTINGS: Final = (KEPT_HOURS, LINK_MINUTES)
