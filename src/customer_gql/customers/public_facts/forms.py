"""Forms: what is asked for, decided by the functions that the mutations validate with (docs/domain/public-facts.md#public-facts-4)."""

import enum
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from customer_gql.core.errors import RuleError, RuleErrors
from customer_gql.core.values.emails import validate_email
from customer_gql.customers.addresses.fields import ADDRESS_FIELDS, STAFF_ONLY, hidden_columns, validate_new_address
from customer_gql.customers.attributes.built_in.labels import label_of
from customer_gql.customers.newsletter.opt_in import ENABLED as NEWSLETTER
from customer_gql.customers.profile.tables import Gender
from customer_gql.customers.profile.values.fields import (
    PROFILE_FIELDS,
    choices_of,
    has_blank_choice,
    is_hidden,
    is_year_only,
    validate_profile,
)
from customer_gql.shop.countries.countries import Country
from customer_gql.shop.countries.names import country_names
from customer_gql.shop.countries.options import needs_region, offers_region
from customer_gql.shop.settings.reads import SettingValues

from .reads import list_countries, list_regions
from .settings import ASSISTANCE_TITLE, ASSISTANCE_TOOLTIP


class FormKind(enum.Enum):
    SIGN_UP = "SIGN_UP"
    ACCOUNT_EDIT = "ACCOUNT_EDIT"
    ADDRESS_CREATE = "ADDRESS_CREATE"
    ADDRESS_EDIT = "ADDRESS_EDIT"


ADDRESS_FORMS: Final = (FormKind.ADDRESS_CREATE, FormKind.ADDRESS_EDIT)


class FieldType(enum.Enum):
    TEXT = "TEXT"
    TEXT_AREA = "TEXT_AREA"
    LINES = "LINES"
    EMAIL = "EMAIL"
    PASSWORD = "PASSWORD"  # noqa: S105 - a kind of field
    TELEPHONE = "TELEPHONE"
    DATE = "DATE"
    NUMBER = "NUMBER"
    BOOLEAN = "BOOLEAN"
    SELECT = "SELECT"
    MULTI_SELECT = "MULTI_SELECT"
    FILE = "FILE"
    IMAGE = "IMAGE"


_TYPES: Final[Mapping[str, FieldType]] = {
    "email": FieldType.EMAIL,
    "password": FieldType.PASSWORD,
    "dateOfBirth": FieldType.DATE,
    "birthYear": FieldType.NUMBER,
    "street": FieldType.LINES,
    "telephone": FieldType.TELEPHONE,
    "fax": FieldType.TELEPHONE,
    "isSubscribed": FieldType.BOOLEAN,
    "allowsRemoteAssistance": FieldType.BOOLEAN,
    "isDefaultBilling": FieldType.BOOLEAN,
    "isDefaultShipping": FieldType.BOOLEAN,
}
"""A field that is not listed takes text."""


@dataclass(frozen=True, slots=True)
class ChoiceFacts:
    code: str
    label: str


@dataclass(frozen=True, slots=True)
class FieldFacts:
    code: str
    label: str
    type: FieldType
    is_required: bool
    options: list[ChoiceFacts]
    is_custom: bool = False
    rules: Any = None
    """As the database has them."""
    default: Any = None
    tooltip: str | None = None


@dataclass(frozen=True, slots=True)
class FormFacts:
    kind: FormKind
    fields: list[FieldFacts]


def describe_account_form(kind: FormKind, shop: SettingValues, locale: str) -> FormFacts:
    """The form of a sign-up, or of an edit of the own account."""
    unasked = "dateOfBirth" if is_year_only(shop) else "birthYear"
    names = [field.name for field in PROFILE_FIELDS if field.name != unasked and not is_hidden(field.name, shop)]
    required = _refused_without(lambda: validate_profile(dict.fromkeys(names), shop))
    if kind is FormKind.SIGN_UP:
        names = ["email", "password", *names, *(["isSubscribed"] if shop[NEWSLETTER] else [])]
        # A sign-up without a password is answered by a mail with a link to choose one.
        required |= _refused_without(lambda: validate_email(""))
    options = {name: _choices(name, shop) for name in names}
    options["gender"] = [ChoiceFacts(each.value, label_of(each.value, locale)) for each in Gender]
    described = _describe_fields(names, required, options, locale)
    return FormFacts(kind, [_explain_assistance(field, shop) for field in described])


def _explain_assistance(field: FieldFacts, shop: SettingValues) -> FieldFacts:
    if field.code != "allowsRemoteAssistance":
        return field
    return replace(field, label=shop[ASSISTANCE_TITLE] or field.label, tooltip=shop[ASSISTANCE_TOOLTIP] or None)


def describe_address_form(
    shop: SettingValues,
    country: Country | None,
    accepted: Collection[str],
    locale: str,
    kind: FormKind = FormKind.ADDRESS_CREATE,
) -> FormFacts:
    """The form of an address; without a country, what is asked for before one is chosen.

    `accepted` are the codes of countries that the website accepts; every country where it is empty.
    """
    hidden = {
        *STAFF_ONLY,
        *hidden_columns(shop, by_customer=True),
        *(_columns_unknown_to(country, shop) if country else ()),
    }
    names = [field.name for field in ADDRESS_FIELDS if field.column not in hidden]
    required = _refused_without(lambda: validate_new_address({}, shop, accepted))
    if country is not None:
        given = {"countryCode": country.code}
        required = {"countryCode"} | _refused_without(lambda: validate_new_address(given, shop, accepted))
    options = {
        "prefix": _choices("prefix", shop),
        "suffix": _choices("suffix", shop),
        "countryCode": [
            ChoiceFacts(code, country_names(locale)[code]) for code in list_countries(None, accepted, locale, shop)
        ],
        "region": [] if country is None else _regions(country, shop, locale),
    }
    return FormFacts(kind, _describe_fields(names, required, options, locale))


def _refused_without(validate: Callable[[], object]) -> set[str]:
    """Names of the fields whose missing value is refused."""
    try:
        validate()
    except RuleErrors as refused:
        return {error.path[0] for error in refused.errors if error.path}
    except RuleError as error:
        return {error.path[0]} if error.path else set()
    return set()


def _columns_unknown_to(country: Country, shop: SettingValues) -> Iterable[str]:
    """Columns that letters to the country do not show, or the website does not offer."""
    shown = {
        "city": country.has_city,
        "region": _shows_region(country, shop),
        "postcode": country.has_postcode,
    }
    return [column for column, is_shown in shown.items() if not is_shown]


def _choices(name: str, shop: SettingValues) -> list[ChoiceFacts]:
    listed = choices_of(name, shop)
    offered = ["", *listed] if listed and has_blank_choice(name, shop) else listed
    return [ChoiceFacts(value, value) for value in offered]


def _shows_region(country: Country, shop: SettingValues) -> bool:
    is_written = country.has_region or country.has_listed_regions
    return needs_region(country, shop) or (is_written and offers_region(country, shop))


def _regions(country: Country, shop: SettingValues, locale: str) -> list[ChoiceFacts]:
    """In the script of the country where the store view is of that country, else in the language of the store view. Where
    any text will do, there is nothing to choose from."""
    if not country.has_listed_regions and not needs_region(country, shop):
        return []
    is_local = locale.partition("_")[2] == country.code
    return [
        ChoiceFacts(region.code or region.name, region.local_name if is_local else region.name)
        for region in list_regions(country.code, locale)
    ]


def _describe_fields(
    names: Iterable[str], required: Collection[str], options: Mapping[str, list[Any]], locale: str
) -> list[FieldFacts]:
    return [
        FieldFacts(
            code=name,
            label=label_of(name, locale),
            type=FieldType.SELECT if options.get(name) else _TYPES.get(name, FieldType.TEXT),
            is_required=name in required,
            options=options.get(name, []),
        )
        for name in names
    ]
