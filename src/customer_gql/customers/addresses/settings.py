"""What a website asks for in an address (docs/domain/addresses.md#addresses-4)."""

from typing import Final

from customer_gql.customers.profile.values.fields import show_setting
from customer_gql.shop.settings.declaration import GLOBAL, WEBSITE, Setting

PER_CUSTOMER: Final = Setting(
    "addresses.per_customer",
    100,
    GLOBAL,
    "Largest number of addresses of a customer. Those that are there already stay.",
    at_least=1,
    at_most=5_000,
    label="Addresses per customer",
)
STREET_LINES: Final = Setting(
    "addresses.street_lines",
    2,
    WEBSITE,
    "Largest number of lines of a street.",
    at_least=1,
    at_most=4,
    label="Street lines",
    is_public=True,
)
SHOW_VAT_NUMBER: Final = Setting(
    "customers.show_vat_number",
    False,
    WEBSITE,
    "Whether customers can enter a VAT number at an address. Staff always can.",
    label="Show VAT number",
    is_public=True,
)
TELEPHONE: Final = show_setting("addresses.show_telephone", "REQUIRED", "an address")
COMPANY: Final = show_setting("addresses.show_company", "OPTIONAL", "an address")
FAX: Final = show_setting("addresses.show_fax", "NO", "an address")
