"""Who the shop is for the tax offices, and whether VIES is asked (docs/domain/vat.md#vat-1)."""

from typing import Final

from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.shop.countries.options import EU_COUNTRIES, parse_countries, validate_one_country
from customer_gql.shop.settings.declaration import WEBSITE, Setting
from customer_gql.shop.settings.reads import SettingValues

from .numbers import VatNumber, read_vat_number

_MAX_NUMBER: Final = 50
_NUMBER_TOO_LONG: Final = Refusal(
    "setting.vat_number_too_long", "A VAT number has at most {limit} characters.", UserErrorCode.TOO_LONG
)


def _validate_number(number: str) -> None:
    if len(number) > _MAX_NUMBER:
        raise _NUMBER_TOO_LONG(path=["value"], limit=_MAX_NUMBER)


VIES_ENABLED: Final = Setting(
    "vat.vies_enabled",
    False,
    WEBSITE,
    "Whether VAT numbers are checked with VIES, the service of the European Union, after their format and checksum. Without it "
    "a number whose format and checksum fit counts as valid.",
    label="Check VAT numbers with VIES",
)
SHOP_COUNTRY: Final = Setting(
    "shop.country",
    "",
    WEBSITE,
    "Two-letter code of the country in which the shop is registered for VAT. Empty for none: then VAT numbers are not checked "
    "with VIES and decide no customer group.",
    validate=validate_one_country,
    label="Country of the shop",
)
SHOP_VAT_NUMBER: Final = Setting(
    "shop.vat_number",
    "",
    WEBSITE,
    "VAT number of the shop in the country of `shop.country`. With it VIES gives a consultation number for each check.",
    validate=_validate_number,
    label="VAT number of the shop",
)
READ_SETTINGS: Final = (VIES_ENABLED, SHOP_COUNTRY, SHOP_VAT_NUMBER, EU_COUNTRIES)


def find_requester(shop: SettingValues) -> VatNumber | None:
    """The shop's own number, for which VIES gives consultation numbers."""
    country = find_shop_country(shop)
    return read_vat_number(country, shop[SHOP_VAT_NUMBER]) if country and shop[SHOP_VAT_NUMBER] else None


def is_within_union(country_code: str, shop: SettingValues) -> bool:
    """Whether both the country and the shop are in the European Union, for which the rules are made."""
    union = parse_countries(shop[EU_COUNTRIES])
    return country_code in union and find_shop_country(shop) in union


def find_shop_country(shop: SettingValues) -> str | None:
    return next(iter(parse_countries(shop[SHOP_COUNTRY])), None)


def asks_vies(country_code: str, shop: SettingValues) -> bool:
    return shop[VIES_ENABLED] and is_within_union(country_code, shop)
