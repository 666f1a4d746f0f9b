"""What a website asks for in an address (docs/domain/addresses.md#addresses-4)."""

from typing import Final

from customer_gql.shop.settings.declaration import WEBSITE, Setting

_SHOW_VALUES: Final = ("NO", "OPTIONAL", "REQUIRED")


def _show_setting(field: str, default: str) -> Setting[str]:
    return Setting(
        f"addresses.show_{field}",
        default,
        WEBSITE,
        f"Whether a storefront asks for this field of an address: {', '.join(_SHOW_VALUES)}.",
        one_of=_SHOW_VALUES,
    )


STREET_LINES: Final = Setting(
    "addresses.street_lines", 2, WEBSITE, "Largest number of lines of a street.", at_least=1, at_most=4
)
TELEPHONE: Final = _show_setting("telephone", "REQUIRED")
COMPANY: Final = _show_setting("company", "OPTIONAL")
FAX: Final = _show_setting("fax", "NO")
COUNTRIES: Final = Setting(
    "addresses.countries",
    "",
    WEBSITE,
    "Two-letter codes of the countries the website accepts, separated by `,`; empty accepts every country.",
)
