"""The facts of a website, read for the request that asks for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from customer_gql.customers.accounts.passwords import CHARACTER_CLASSES, MINIMUM_LENGTH
from customer_gql.customers.accounts.registration.settings import EMAIL_CONFIRMATION
from customer_gql.customers.addresses.fields import SETTINGS as ADDRESS_SETTINGS
from customer_gql.customers.addresses.settings import STREET_LINES
from customer_gql.customers.newsletter.opt_in import CONFIRM_BY_MAIL, ENABLED as NEWSLETTER
from customer_gql.customers.profile.values.fields import SETTINGS as PROFILE_SETTINGS
from customer_gql.database.statements import Row
from customer_gql.security.hashing import MAX_LENGTH
from customer_gql.shop.countries.countries import Country
from customer_gql.shop.countries.regions import Region
from customer_gql.shop.settings.reads import SettingValues

FORM_SETTINGS: Final = (*PROFILE_SETTINGS, *ADDRESS_SETTINGS, NEWSLETTER)
SHOP_SETTINGS: Final = (
    MINIMUM_LENGTH,
    CHARACTER_CLASSES,
    EMAIL_CONFIRMATION,
    NEWSLETTER,
    CONFIRM_BY_MAIL,
    STREET_LINES,
)


@dataclass(frozen=True, slots=True)
class PasswordFacts:
    minimum_length: int
    maximum_length: int
    character_classes: int


@dataclass(frozen=True, slots=True)
class ShopFacts:
    website_id: int
    store_view_id: int
    password_rules: PasswordFacts
    is_email_confirmation_required: bool
    is_newsletter_enabled: bool
    is_newsletter_confirmation_required: bool
    street_lines: int


@dataclass(frozen=True, slots=True)
class CountryFacts:
    code: str
    name: str
    is_region_required: bool
    is_postcode_required: bool
    postcode_example: str | None
    regions: Sequence[Region]


def describe_shop(view: Row, shop: SettingValues) -> ShopFacts:
    return ShopFacts(
        website_id=view.website_id,
        store_view_id=view.id,
        password_rules=PasswordFacts(shop[MINIMUM_LENGTH], MAX_LENGTH, shop[CHARACTER_CLASSES]),
        is_email_confirmation_required=shop[EMAIL_CONFIRMATION],
        is_newsletter_enabled=shop[NEWSLETTER],
        is_newsletter_confirmation_required=shop[NEWSLETTER] and shop[CONFIRM_BY_MAIL],
        street_lines=shop[STREET_LINES],
    )


def describe_country(country: Country, name: str) -> CountryFacts:
    return CountryFacts(
        code=country.code,
        name=name,
        is_region_required=country.needs_region,
        is_postcode_required=country.needs_postcode,
        postcode_example=country.postcode_example,
        regions=country.regions,
    )
