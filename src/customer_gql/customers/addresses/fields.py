"""The fields of an address, and the rules that make the stored values of the given ones."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from customer_gql.core.errors import RuleError, RuleErrors, UserErrorCode
from customer_gql.core.person_names import validate_name_affix, validate_person_name
from customer_gql.core.text import validate_line
from customer_gql.shop.settings.reads import SettingValues

from .countries import Country
from .settings import COMPANY, FAX, STREET_LINES, TELEPHONE
from .validation import (
    MAX_TEXT,
    validate_country,
    validate_postcode,
    validate_region,
    validate_street,
    validate_telephone,
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


def _affix(value: str | None, rules: AddressRules) -> str | None:
    return validate_name_affix(value, rules.path)


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


def _region(value: str | None, rules: AddressRules) -> str | None:
    return validate_region(value, rules.country, rules.path)


def _postcode(value: str | None, rules: AddressRules) -> str | None:
    return validate_postcode(value, rules.country, rules.path, check_format=True)


def _country(_value: str | None, rules: AddressRules) -> str | None:
    return None if rules.country is None else rules.country.code


def _telephone(value: str | None, rules: AddressRules) -> str | None:
    return validate_telephone(value, rules.path, required=rules.requires(TELEPHONE))


def _fax(value: str | None, rules: AddressRules) -> str | None:
    return validate_telephone(value, rules.path, required=rules.requires(FAX))


def _flag(value: bool | None, _rules: AddressRules) -> bool:
    return bool(value)


ADDRESS_FIELDS: Final = (
    AddressField("prefix", "prefix", _affix),
    AddressField("firstName", "first_name", _required_name),
    AddressField("middleName", "middle_name", _optional_name),
    AddressField("lastName", "last_name", _required_name),
    AddressField("suffix", "suffix", _affix),
    AddressField("company", "company", _company),
    AddressField("street", "street", _street),
    AddressField("city", "city", _city),
    AddressField("region", "region", _region),
    AddressField("postcode", "postcode", _postcode),
    AddressField("countryCode", "country_code", _country),
    AddressField("telephone", "telephone", _telephone),
    AddressField("fax", "fax", _fax),
    AddressField("vatNumber", "vat_number", _text),
    AddressField("isDefaultBilling", "is_default_billing", _flag),
    AddressField("isDefaultShipping", "is_default_shipping", _flag),
)
COLUMNS: Final[Mapping[str, str]] = {field.name: field.column for field in ADDRESS_FIELDS}


def validate_address(given: Mapping[str, Any], shop: SettingValues, countries: Collection[str]) -> dict[str, Any]:
    """The entry as it would be stored, by column; `RuleErrors` with every refusal. `countries` are those allowed."""
    wanted: dict[str, Any] = {}
    errors: list[RuleError] = []
    country = _given_country(given.get("countryCode"), countries, errors)
    for field in ADDRESS_FIELDS:
        try:
            wanted[field.column] = field.validate(given.get(field.name), AddressRules([field.name], shop, country))
        except RuleError as error:
            errors.append(error)
    if errors:
        raise RuleErrors(errors)
    return wanted


def _given_country(code: str | None, allowed: Collection[str], errors: list[RuleError]) -> Country | None:
    try:
        country = validate_country(code, ["countryCode"])
    except RuleError as error:
        errors.append(error)
        return None
    if allowed and country.code not in allowed:
        message = f"This shop accepts no addresses in {country.code}."
        errors.append(RuleError(message, path=["countryCode"], code=UserErrorCode.NOT_ALLOWED))
    return country
