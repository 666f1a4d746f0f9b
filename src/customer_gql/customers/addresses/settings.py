"""What a website asks for in an address (docs/domain/addresses.md#addresses-4)."""

from typing import Final

from customer_gql.core.errors import Refusal
from customer_gql.core.text import to_capital_letters
from customer_gql.customers.profile.values.fields import show_setting
from customer_gql.shop.countries.countries import find_country
from customer_gql.shop.settings.declaration import GLOBAL, WEBSITE, Setting

_COUNTRY_UNKNOWN: Final = Refusal(
    "setting.country_unknown", "Enter codes of ISO 3166-1 such as DE, GB; no country has {codes}."
)


def parse_countries(listed: str) -> frozenset[str]:
    return frozenset(to_capital_letters(code.strip()) for code in listed.split(",") if code.strip())


def _validate_countries(listed: str) -> None:
    """A code that no country has would close the address books of the website."""
    unknown = sorted(code for code in parse_countries(listed) if find_country(code) is None)
    if unknown:
        raise _COUNTRY_UNKNOWN(path=["value"], codes=[code[:20] for code in unknown[:5]])


PER_CUSTOMER: Final = Setting(
    "addresses.per_customer",
    100,
    GLOBAL,
    "Largest number of addresses of a customer. Those that are there already stay.",
    at_least=1,
    at_most=5_000,
)
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
    validate=_validate_countries,
)
