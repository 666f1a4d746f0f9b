"""What a website asks for in an address (docs/domain/addresses.md#addresses-4)."""

from typing import Final

from customer_gql.customers.profile.fields import show_setting
from customer_gql.shop.settings.declaration import WEBSITE, Setting

STREET_LINES: Final = Setting(
    "addresses.street_lines", 2, WEBSITE, "Largest number of lines of a street.", at_least=1, at_most=4
)
TELEPHONE: Final = show_setting("addresses.show_telephone", "REQUIRED", "an address")
COMPANY: Final = show_setting("addresses.show_company", "OPTIONAL", "an address")
FAX: Final = show_setting("addresses.show_fax", "NO", "an address")
COUNTRIES: Final = Setting(
    "addresses.countries",
    "",
    WEBSITE,
    "Two-letter codes of the countries the website accepts, separated by `,`; empty accepts every country.",
)
