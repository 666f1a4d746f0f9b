"""Options of password resets."""

from typing import Final

from customer_gql.shop.settings.declaration import GLOBAL, STORE_VIEW, Setting

_PROTECTIONS: Final = ("BY_IP_AND_EMAIL", "BY_IP", "BY_EMAIL", "NONE")
PROTECTION: Final = Setting(
    "accounts.reset_protection",
    "BY_IP_AND_EMAIL",
    STORE_VIEW,
    "Requests for reset mails that are limited: those for one account, those from one network address, both or none.",
    one_of=_PROTECTIONS,
    label="Protection of password resets",
)
RESETS_PER_HOUR: Final = Setting(
    "accounts.resets_per_hour",
    5,
    STORE_VIEW,
    "Reset mails an hour for one account; 0 for any number.",
    at_least=0,
    at_most=1000,
    label="Password resets per hour",
)
RESETS_PER_HOUR_OF_ADDRESS: Final = Setting(
    "accounts.resets_per_hour_of_address",
    30,
    STORE_VIEW,
    "Reset mails an hour asked for from one network address, for whatever accounts; 0 for any number.",
    at_least=0,
    at_most=100_000,
    label="Password resets per hour and network address",
)
MINUTES_BETWEEN_RESETS: Final = Setting(
    "accounts.minutes_between_resets",
    2,
    STORE_VIEW,
    "Minutes between two reset mails for one account; 0 for none.",
    at_least=0,
    at_most=1440,
    label="Minutes between password resets",
)
LINK_MINUTES: Final = Setting(
    "accounts.reset_link_minutes",
    30,
    GLOBAL,
    "Minutes a reset link works.",
    at_least=1,
    at_most=1440,
    label="Lifetime of reset links",
)
