"""What a website asks of addresses by country (docs/domain/addresses.md#addresses-8)."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from customer_gql.core.errors import Refusal
from customer_gql.core.text import to_capital_letters
from customer_gql.shop.settings.declaration import WEBSITE, Setting
from customer_gql.shop.settings.reads import SettingValues

from .countries import Country, find_country

NONE: Final = "NONE"
"""A list of no country, where an empty one means something else."""
_LISTS: Final = 256  # kept at a time: a list of countries reads those of its website once for each country
_COUNTRY_UNKNOWN: Final = Refusal(
    "setting.country_unknown", "Enter codes of ISO 3166-1 such as DE, GB; no country has {codes}."
)

_ONE_COUNTRY: Final = Refusal("setting.one_country", "Enter the code of one country, such as DE, or nothing.")


@lru_cache(maxsize=_LISTS)
def parse_countries(listed: str) -> Sequence[str]:
    """The codes in their order, each once."""
    return tuple(dict.fromkeys(to_capital_letters(code.strip()) for code in listed.split(",") if code.strip()))


def _validate_countries(listed: str) -> None:
    """A code that no country has would close the address books of the website."""
    unknown = sorted(code for code in parse_countries(listed) if find_country(code) is None)
    if unknown:
        raise _COUNTRY_UNKNOWN(path=["value"], codes=[code[:20] for code in unknown[:5]])


def _validate_replacing_list(listed: str) -> None:
    if parse_countries(listed) != (NONE,):
        _validate_countries(listed)


def validate_one_country(listed: str) -> None:
    _validate_countries(listed)
    if len(parse_countries(listed)) > 1:
        raise _ONE_COUNTRY(path=["value"])


COUNTRIES: Final = Setting(
    "addresses.countries",
    "",
    WEBSITE,
    "Two-letter codes of the countries the website accepts, separated by `,`; empty accepts every country.",
    validate=_validate_countries,
    label="Allowed countries",
)
TOP_COUNTRIES: Final = Setting(
    "addresses.top_countries",
    "",
    WEBSITE,
    "Two-letter codes of the countries that are offered first, in this order, separated by `,`.",
    validate=_validate_countries,
    label="Countries offered first",
)
REQUIRED_REGIONS: Final = Setting(
    "addresses.required_regions",
    "",
    WEBSITE,
    "Two-letter codes of the countries whose addresses need a state or province, separated by `,`; empty leaves it to the "
    f"address data, {NONE} requires it nowhere.",
    validate=_validate_replacing_list,
    label="Countries that need a region",
)
OFFERS_OPTIONAL_REGIONS: Final = Setting(
    "addresses.offer_optional_regions",
    True,
    WEBSITE,
    "Whether addresses can have a state or province in countries where it is not required.",
    label="Optional regions",
)
OPTIONAL_POSTCODES: Final = Setting(
    "addresses.optional_postcodes",
    "",
    WEBSITE,
    "Two-letter codes of the countries where a postal code is optional, separated by `,`, beside those that have none.",
    validate=_validate_countries,
    label="Countries with an optional postal code",
)
DEFAULT_COUNTRY: Final = Setting(
    "addresses.default_country",
    "",
    WEBSITE,
    "Two-letter code of the country that a form of an address begins with; empty for none.",
    validate=validate_one_country,
    label="Default country",
    is_public=True,
)
EU_COUNTRIES: Final = Setting(
    "addresses.eu_countries",
    "AT,BE,BG,HR,CY,CZ,DK,EE,FI,FR,DE,GR,HU,IE,IT,LV,LT,LU,MT,NL,PL,PT,RO,SK,SI,ES,SE",
    WEBSITE,
    "Two-letter codes of the countries of the European Union, separated by `,`. Their VAT numbers are checked.",
    validate=_validate_countries,
    label="Countries of the European Union",
)
SETTINGS: Final = (
    COUNTRIES,
    TOP_COUNTRIES,
    REQUIRED_REGIONS,
    OFFERS_OPTIONAL_REGIONS,
    OPTIONAL_POSTCODES,
    DEFAULT_COUNTRY,
    EU_COUNTRIES,
)


def needs_region(country: Country, shop: SettingValues) -> bool:
    listed = parse_countries(shop[REQUIRED_REGIONS])
    return country.code in listed if listed else country.needs_region


def offers_region(country: Country, shop: SettingValues) -> bool:
    """Whether an address may have one."""
    return shop[OFFERS_OPTIONAL_REGIONS] or needs_region(country, shop)


def needs_postcode(country: Country, shop: SettingValues) -> bool:
    return country.needs_postcode and country.code not in parse_countries(shop[OPTIONAL_POSTCODES])
