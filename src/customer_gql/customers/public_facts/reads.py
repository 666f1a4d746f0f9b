"""The facts of a website, read for the request that asks for them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from customer_gql.customers.accounts.passwords import CHARACTER_CLASSES, MINIMUM_LENGTH
from customer_gql.customers.accounts.registration.settings import EMAIL_CONFIRMATION
from customer_gql.customers.accounts.sessions.settings import (
    LOGIN_AS_CUSTOMER,
    REMEMBER_ME,
    REMEMBER_ME_BY_DEFAULT,
    REMEMBER_ME_OFFERED,
)
from customer_gql.customers.addresses.fields import SETTINGS as ADDRESS_SETTINGS
from customer_gql.customers.addresses.settings import SHOW_VAT_NUMBER, STREET_LINES
from customer_gql.customers.attributes.built_in.labels import label_of
from customer_gql.customers.companies.registration.settings import COMPANIES_ENABLED, REGISTRATION
from customer_gql.customers.newsletter.opt_in import CONFIRM_BY_MAIL, ENABLED as NEWSLETTER
from customer_gql.customers.profile.values.fields import SETTINGS as PROFILE_SETTINGS
from customer_gql.database.statements import Row
from customer_gql.security.hashing import MAX_LENGTH
from customer_gql.shop.captcha.settings import PUBLIC_SETTINGS as PUBLIC_OF_CAPTCHA, Captcha, describe_captcha
from customer_gql.shop.countries.countries import Country
from customer_gql.shop.countries.names import all_countries, country_names, search_countries
from customer_gql.shop.countries.options import (
    DEFAULT_COUNTRY,
    TOP_COUNTRIES,
    needs_postcode,
    needs_region,
    parse_countries,
)
from customer_gql.shop.countries.regions import region_name
from customer_gql.shop.settings.reads import SettingValues

from .settings import (
    ASSISTANCE_TITLE,
    ASSISTANCE_TOOLTIP,
    AUTOCOMPLETE,
    COOKIE_RESTRICTION,
    DATA_LIFETIME_MINUTES,
    REDIRECT_TO_DASHBOARD,
    SETTINGS as STOREFRONT_SETTINGS,
)

_LISTED: Final = 4_096  # lists of regions of a country in a language, kept at a time
FORM_SETTINGS: Final = (*PROFILE_SETTINGS, *ADDRESS_SETTINGS, NEWSLETTER, ASSISTANCE_TITLE, ASSISTANCE_TOOLTIP)
SHOP_SETTINGS: Final = (
    MINIMUM_LENGTH,
    CHARACTER_CLASSES,
    EMAIL_CONFIRMATION,
    NEWSLETTER,
    CONFIRM_BY_MAIL,
    STREET_LINES,
    *PUBLIC_OF_CAPTCHA,
    SHOW_VAT_NUMBER,
    DEFAULT_COUNTRY,
    REMEMBER_ME,
    REMEMBER_ME_OFFERED,
    REMEMBER_ME_BY_DEFAULT,
    LOGIN_AS_CUSTOMER,
    COMPANIES_ENABLED,
    REGISTRATION,
    *STOREFRONT_SETTINGS,
)


@dataclass(frozen=True, slots=True)
class PasswordFacts:
    minimum_length: int
    maximum_length: int
    character_classes: int


@dataclass(frozen=True, slots=True)
class RememberMeFacts:
    is_offered: bool
    is_default: bool


@dataclass(frozen=True, slots=True)
class RemoteAssistanceFacts:
    is_offered: bool
    title: str
    tooltip: str | None


@dataclass(frozen=True, slots=True)
class ShopFacts:
    website_id: int
    store_view_id: int
    password_rules: PasswordFacts
    is_email_confirmation_required: bool
    is_newsletter_enabled: bool
    is_newsletter_confirmation_required: bool
    street_lines: int
    captcha: Captcha
    is_vat_number_shown: bool
    default_country_code: str | None
    remember_me: RememberMeFacts
    remote_assistance: RemoteAssistanceFacts
    is_company_registration_open: bool
    is_dashboard_opened_after_sign_in: bool
    is_autocomplete_allowed: bool
    is_cookie_consent_required: bool
    data_lifetime_minutes: int


@dataclass(frozen=True, slots=True)
class RegionFacts:
    code: str | None
    name: str
    local_name: str


@dataclass(frozen=True, slots=True)
class CountryFacts:
    code: str
    name: str
    is_top: bool
    is_region_required: bool
    is_postcode_required: bool
    postcode_example: str | None
    regions: Sequence[RegionFacts]


def describe_shop(view: Row, shop: SettingValues) -> ShopFacts:
    return ShopFacts(
        website_id=view.website_id,
        store_view_id=view.id,
        password_rules=PasswordFacts(shop[MINIMUM_LENGTH], MAX_LENGTH, shop[CHARACTER_CLASSES]),
        is_email_confirmation_required=shop[EMAIL_CONFIRMATION],
        is_newsletter_enabled=shop[NEWSLETTER],
        is_newsletter_confirmation_required=shop[NEWSLETTER] and shop[CONFIRM_BY_MAIL],
        street_lines=shop[STREET_LINES],
        captcha=describe_captcha(shop),
        is_vat_number_shown=shop[SHOW_VAT_NUMBER],
        default_country_code=next(iter(parse_countries(shop[DEFAULT_COUNTRY])), None),
        remember_me=RememberMeFacts(
            is_offered=shop[REMEMBER_ME] and shop[REMEMBER_ME_OFFERED], is_default=shop[REMEMBER_ME_BY_DEFAULT]
        ),
        remote_assistance=RemoteAssistanceFacts(
            is_offered=shop[LOGIN_AS_CUSTOMER],
            title=shop[ASSISTANCE_TITLE] or label_of("allowsRemoteAssistance", view.locale),
            tooltip=shop[ASSISTANCE_TOOLTIP] or None,
        ),
        is_company_registration_open=shop[COMPANIES_ENABLED] and shop[REGISTRATION],
        is_dashboard_opened_after_sign_in=shop[REDIRECT_TO_DASHBOARD],
        is_autocomplete_allowed=shop[AUTOCOMPLETE],
        is_cookie_consent_required=shop[COOKIE_RESTRICTION],
        data_lifetime_minutes=shop[DATA_LIFETIME_MINUTES],
    )


def describe_country(country: Country, locale: str, shop: SettingValues, *, has_regions: bool = True) -> CountryFacts:
    """`has_regions` says whether anybody reads the regions, which takes reading files where nobody has yet."""
    return CountryFacts(
        code=country.code,
        name=country_names(locale)[country.code],
        is_top=country.code in parse_countries(shop[TOP_COUNTRIES]),
        is_region_required=needs_region(country, shop),
        is_postcode_required=needs_postcode(country, shop),
        postcode_example=country.postcode_example,
        regions=list_regions(country.code, locale) if has_regions else (),
    )


def describe_countries(
    codes: Iterable[str], locale: str, shop: SettingValues, *, has_regions: bool
) -> list[CountryFacts]:
    known = all_countries()
    return [describe_country(known[code], locale, shop, has_regions=has_regions) for code in codes]


def list_countries(search: str | None, accepted: Collection[str], locale: str, shop: SettingValues) -> list[str]:
    """Codes of the accepted countries that are found: those at the top first, the others by name. A search for a code finds
    its country first."""
    found = country_names(locale) if search is None else search_countries(search, locale)
    codes = [code for code in found if not accepted or code in accepted]
    if search is not None:
        return codes
    top = [code for code in parse_countries(shop[TOP_COUNTRIES]) if code in codes]
    return [*top, *(code for code in codes if code not in top)]


@lru_cache(maxsize=_LISTED)
def list_regions(code: str, locale: str) -> Sequence[RegionFacts]:
    """Those to choose from."""
    country = all_countries()[code]
    return tuple(RegionFacts(each.code, region_name(each, locale), each.local_name) for each in country.regions)
