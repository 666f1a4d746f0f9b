"""The fields of an address, and the rules that make the stored values of the given ones."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from customer_gql.core.errors import Refusal, RuleError, RuleErrors, UserErrorCode
from customer_gql.core.text import is_unchanged, validate_line
from customer_gql.core.values.person_names import validate_name_affix, validate_person_name
from customer_gql.customers.attributes.built_in.rules import FIELD_RULES, judge_field
from customer_gql.customers.attributes.tables import AttributeEntity
from customer_gql.customers.profile.values.fields import (
    CHOICE_SETTINGS,
    FIELD_NOT_OFFERED,
    SHOW_SETTINGS,
    choices_of,
)
from customer_gql.customers.profile.values.validation import validate_external_id
from customer_gql.database.statements import Row
from customer_gql.shop.countries.countries import Country, find_country
from customer_gql.shop.countries.options import (
    SETTINGS as COUNTRY_SETTINGS,
    needs_postcode,
    needs_region,
    offers_region,
)
from customer_gql.shop.settings.declaration import Setting
from customer_gql.shop.settings.reads import SettingValues

from .settings import COMPANY, FAX, SHOW_VAT_NUMBER, STREET_LINES, TELEPHONE
from .validation import (
    MAX_TEXT,
    StoredRegion,
    validate_country,
    validate_postcode,
    validate_region,
    validate_street,
    validate_telephone,
)

COUNTRY_NOT_ACCEPTED: Final = Refusal(
    "address.country_not_accepted", "This shop accepts no addresses in {country}.", UserErrorCode.NOT_ALLOWED
)


@dataclass(frozen=True, slots=True)
class AddressRules:
    """What the website and the country ask for in one field; the country is None when the given one is unknown."""

    path: list[str]
    shop: SettingValues
    country: Country | None

    def requires(self, setting: Any) -> bool:
        return self.shop[setting] == "REQUIRED"


@dataclass(frozen=True, slots=True)
class AddressField:
    """An input field, its column, and its rule."""

    name: str
    column: str
    validate: Callable[[Any, AddressRules], Any]


def _affix(name: str, value: str | None, rules: AddressRules) -> str | None:
    is_required, choices = rules.requires(SHOW_SETTINGS[name]), choices_of(name, rules.shop)
    return validate_name_affix(value, rules.path, required=is_required, choices=choices)


def _required_name(value: str | None, rules: AddressRules) -> str | None:
    return validate_person_name(value, rules.path, required=True)


def _optional_name(value: str | None, rules: AddressRules) -> str | None:
    return validate_person_name(value, rules.path)


def _text(value: str | None, rules: AddressRules) -> str | None:
    return validate_line(value, rules.path, MAX_TEXT)


def _company(value: str | None, rules: AddressRules) -> str | None:
    return validate_line(value, rules.path, MAX_TEXT, required=rules.requires(COMPANY))


def _street(value: list[str] | None, rules: AddressRules) -> list[str]:
    # No more are looked at, however many are sent.
    return validate_street((value or [])[:100], rules.path, rules.shop[STREET_LINES])


def _city(value: str | None, rules: AddressRules) -> str:
    needed = rules.country is None or rules.country.needs_city
    return validate_line(value, rules.path, MAX_TEXT, required=needed) or ""


def _region(value: str | None, rules: AddressRules) -> StoredRegion:
    if rules.country is None:
        return validate_region(value, None, rules.path)
    if value and not offers_region(rules.country, rules.shop):
        raise FIELD_NOT_OFFERED(path=rules.path)
    return validate_region(value, rules.country, rules.path, required=needs_region(rules.country, rules.shop))


def _postcode(value: str | None, rules: AddressRules) -> str | None:
    needed = rules.country is not None and needs_postcode(rules.country, rules.shop)
    return validate_postcode(value, rules.country, rules.path, required=needed)


def _country_code(_value: str | None, rules: AddressRules) -> str | None:
    return None if rules.country is None else rules.country.code


def _telephone(value: str | None, rules: AddressRules) -> str | None:
    return validate_telephone(value, rules.path, required=rules.requires(TELEPHONE))


def _fax(value: str | None, rules: AddressRules) -> str | None:
    return validate_telephone(value, rules.path, required=rules.requires(FAX))


def _external_id(value: str | None, rules: AddressRules) -> str | None:
    return validate_external_id(value, rules.path)


def _flag(value: bool | None, _rules: AddressRules) -> bool:
    return bool(value)


ADDRESS_FIELDS: Final = (
    AddressField("prefix", "prefix", partial(_affix, "prefix")),
    AddressField("firstName", "first_name", _required_name),
    AddressField("middleName", "middle_name", _optional_name),
    AddressField("lastName", "last_name", _required_name),
    AddressField("suffix", "suffix", partial(_affix, "suffix")),
    AddressField("company", "company", _company),
    AddressField("street", "street", _street),
    AddressField("city", "city", _city),
    AddressField("region", "region", _region),
    AddressField("postcode", "postcode", _postcode),
    AddressField("countryCode", "country_code", _country_code),
    AddressField("telephone", "telephone", _telephone),
    AddressField("fax", "fax", _fax),
    AddressField("vatNumber", "vat_number", _text),
    AddressField("externalId", "external_id", _external_id),
    AddressField("isDefaultBilling", "is_default_billing", _flag),
    AddressField("isDefaultShipping", "is_default_shipping", _flag),
)
_FIELDS_BY_NAME: Final[Mapping[str, AddressField]] = {field.name: field for field in ADDRESS_FIELDS}
COLUMNS: Final[Mapping[str, str]] = {field.name: field.column for field in ADDRESS_FIELDS}


STAFF_ONLY: Final = frozenset({COLUMNS["externalId"]})
"""Columns that customers neither see nor set."""
CONTENT: Final = tuple(
    field.column
    for field in ADDRESS_FIELDS
    if field.column not in {"external_id", "is_default_billing", "is_default_shipping"}
)
"""Columns that make an address the same address, and that are written on an envelope."""

# A change of the country puts these to the test too.
_DEPENDS_ON_COUNTRY: Final = ("city", "region", "postcode")
SHOWN_COLUMNS: Final[Mapping[str, Setting[str]]] = {
    "prefix": SHOW_SETTINGS["prefix"],
    "middle_name": SHOW_SETTINGS["middleName"],
    "suffix": SHOW_SETTINGS["suffix"],
    "company": COMPANY,
    "telephone": TELEPHONE,
    "fax": FAX,
}
"""The setting that says whether a website asks for the field of a column."""
SETTINGS: Final = (
    *(STREET_LINES, SHOW_VAT_NUMBER, FIELD_RULES),
    *(*SHOWN_COLUMNS.values(), *CHOICE_SETTINGS.values(), *COUNTRY_SETTINGS),
)


def validate_new_address(
    given: Mapping[str, Any], shop: SettingValues, countries: Collection[str], *, by_customer: bool = False
) -> dict[str, Any]:
    """A new entry as it would be stored, by column; `RuleErrors` with every refusal. `countries` are those allowed."""
    whole = dict.fromkeys(COLUMNS) | dict(given)
    errors: list[RuleError] = []
    country = _given_country(whole["countryCode"], countries, errors)
    return _validate_fields(whole, country, shop, errors, by_customer=by_customer)


def validate_address_edit(
    stored: Row,
    given: Mapping[str, Any],
    shop: SettingValues,
    countries: Collection[str],
    *,
    judges_stored: bool = False,
    by_customer: bool = False,
) -> dict[str, Any]:
    """The columns to store; `RuleErrors` with every refusal of what is given, and of what depends on it. A value that is
    stored already is not judged again, except with `judges_stored`."""
    edits = {
        field: value
        for field, value in given.items()
        if judges_stored or not is_unchanged(value, stored[COLUMNS[field]])
    }
    errors: list[RuleError] = []
    if "countryCode" in edits:
        edits = {field: stored[COLUMNS[field]] for field in _DEPENDS_ON_COUNTRY} | edits
        country = _given_country(edits["countryCode"], countries, errors)
        if country is not None and "region" not in given and not offers_region(country, shop):
            edits["region"] = None  # a form for this country has no such field in which to clear it
    else:
        country = find_country(stored.country_code)
    return _validate_fields(edits, country, shop, errors, by_customer=by_customer)


def hidden_columns(shop: SettingValues, *, by_customer: bool = False) -> Collection[str]:
    """Columns of the fields that the website does not ask for (docs/domain/addresses.md#addresses-4). Staff always can enter a
    VAT number (docs/domain/vat.md#vat-5)."""
    hidden = {column for column, setting in SHOWN_COLUMNS.items() if shop[setting] == "NO"}
    return hidden | {"vat_number"} if by_customer and not shop[SHOW_VAT_NUMBER] else hidden


def is_required(name: str, shop: SettingValues) -> bool:
    """Whether the website requires the field. Then no form can do without it."""
    return name in SHOWN_COLUMNS and shop[SHOWN_COLUMNS[name]] == "REQUIRED"


def validate_address_field(
    name: str,
    value: Any,
    shop: SettingValues,
    country: Country | None,
    path: Sequence[str],
    *,
    by_customer: bool = False,
) -> Any:
    """One field as it would be stored. One that the website does not ask for takes no value, and can be cleared."""
    field = _FIELDS_BY_NAME[name]
    stored = field.validate(value, AddressRules(list(path), shop, country))
    if stored is not None and field.column in hidden_columns(shop, by_customer=by_customer):
        raise FIELD_NOT_OFFERED(path=path)
    if isinstance(stored, StoredRegion):
        return stored
    return judge_field(AttributeEntity.ADDRESS, name, stored, shop, path)


def judge_street(lines: Sequence[str], shop: SettingValues, path: Sequence[str]) -> list[str]:
    """The lines by all rules but their number in the shop."""
    return judge_field(AttributeEntity.ADDRESS, "street", validate_street(lines, path), shop, path)


def _validate_fields(
    given: Mapping[str, Any],
    country: Country | None,
    shop: SettingValues,
    errors: list[RuleError],
    *,
    by_customer: bool,
) -> dict[str, Any]:
    wanted: dict[str, Any] = {}
    for field in ADDRESS_FIELDS:
        if field.name in given:
            try:
                wanted[field.column] = validate_address_field(
                    field.name, given[field.name], shop, country, [field.name], by_customer=by_customer
                )
            except RuleError as error:
                errors.append(error)
    if errors:
        raise RuleErrors(errors)
    if "region" in wanted:
        wanted["region"], wanted["region_code"] = wanted["region"]
    return wanted


def _given_country(code: str | None, allowed: Collection[str], errors: list[RuleError]) -> Country | None:
    try:
        country = validate_country(code, ["countryCode"])
    except RuleError as error:
        errors.append(error)
        return None
    if allowed and country.code not in allowed:
        errors.append(COUNTRY_NOT_ACCEPTED(path=["countryCode"], country=country.code))
    return country
