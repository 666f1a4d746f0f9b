"""The fields that customers edit of their own profile, and what the shop asks for (docs/domain/profile.md#profile-10)."""

import datetime as dt
import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from customer_gql.core.errors import Refusal, UserErrorCode, validate_together
from customer_gql.core.text import is_unchanged, value_is_required
from customer_gql.core.values.person_names import validate_name_affix, validate_person_name
from customer_gql.customers.attributes.built_in.rules import FIELD_RULES, judge_field
from customer_gql.customers.attributes.tables import AttributeEntity
from customer_gql.shop.settings.declaration import WEBSITE, Setting
from customer_gql.shop.settings.reads import SettingValues

from .births import (
    BIRTH_DATE,
    DATE_REFUSED,
    YEAR_ONLY,
    find_changed_births,
    settle_birth,
    validate_birth_year,
    validate_date_of_birth,
)
from .validation import validate_tax_vat_number

FIELD_NOT_OFFERED: Final = Refusal(
    "value.not_offered", "This website does not ask for this value. Leave it out.", UserErrorCode.NOT_ALLOWED
)
_SHOW_VALUES: Final = ("NO", "OPTIONAL", "REQUIRED")


def show_setting(path: str, default: str, record: str, values: tuple[str, ...] = _SHOW_VALUES) -> Setting[str]:
    """Whether a website asks for one field of a record; also used by other slices."""
    return Setting(
        path,
        default,
        WEBSITE,
        f"Whether a website asks for this field of {record}: {', '.join(values)}. `NO` refuses new values.",
        one_of=values,
        label=f"Ask for {path.partition('show_')[2].replace('_', ' ').replace('vat', 'VAT')}",
    )


def _show_setting(name: str, record: str = "the profile") -> Setting[str]:
    return show_setting(f"customers.show_{name}", "NO", record)


_OF_NAMES: Final = "the profile and of addresses"


def _choice_setting(name: str) -> Setting[str]:
    return Setting(
        f"customers.{name}_options",
        "",
        WEBSITE,
        f"Values of the {name} to choose from, separated by `;`; empty allows any text. A `;` in front offers a blank choice.",
        label=f"Choices of {name}",
    )


SHOW_SETTINGS: Final[Mapping[str, Setting[str]]] = {
    "prefix": _show_setting("prefix", _OF_NAMES),
    "middleName": show_setting("customers.show_middle_name", "NO", _OF_NAMES, ("NO", "OPTIONAL")),
    "suffix": _show_setting("suffix", _OF_NAMES),
    "dateOfBirth": _show_setting("date_of_birth"),
    "taxVatNumber": _show_setting("tax_vat_number"),
    "gender": _show_setting("gender"),
}
CHOICE_SETTINGS: Final = {"prefix": _choice_setting("prefix"), "suffix": _choice_setting("suffix")}
OWN_SETTINGS: Final = (*SHOW_SETTINGS.values(), *CHOICE_SETTINGS.values(), BIRTH_DATE)
SETTINGS: Final = (*OWN_SETTINGS, FIELD_RULES)
"""What a field is judged by."""
_SHOWN_WITH: Final = {"birthYear": "dateOfBirth"}
BIRTHS: Final = ("dateOfBirth", "birthYear")


@dataclass(frozen=True, slots=True)
class FieldRules:
    """What the website asks for in one field."""

    path: Sequence[str]
    is_required: bool
    choices: Sequence[str]
    is_year_only: bool = False
    """Of a birth the year is stored, and no date."""


@dataclass(frozen=True, slots=True)
class ProfileField:
    """An input field, its column, and the rule that makes the stored value of the given one."""

    name: str
    column: str
    validate: Callable[[Any, FieldRules], Any]


def _affix(value: str | None, rules: FieldRules) -> str | None:
    return validate_name_affix(value, rules.path, required=rules.is_required, choices=rules.choices)


def _required_name(value: str | None, rules: FieldRules) -> str | None:
    return validate_person_name(value, rules.path, required=True)


def _optional_name(value: str | None, rules: FieldRules) -> str | None:
    return validate_person_name(value, rules.path)


def _tax_vat_number(value: str | None, rules: FieldRules) -> str | None:
    return validate_tax_vat_number(value, rules.path, required=rules.is_required)


def _gender(value: enum.Enum | None, rules: FieldRules) -> str | None:
    if value is None and rules.is_required:
        raise value_is_required(rules.path)
    return None if value is None else value.value


def _date_of_birth(value: dt.date | None, rules: FieldRules) -> dt.date | None:
    if value is None and rules.is_required and not rules.is_year_only:
        raise value_is_required(rules.path)
    if value is not None and rules.is_year_only:
        raise DATE_REFUSED(path=rules.path)
    return None if value is None else validate_date_of_birth(value, rules.path)


def _birth_year(value: int | None, rules: FieldRules) -> int | None:
    if value is None and rules.is_required and rules.is_year_only:
        raise value_is_required(rules.path)
    return None if value is None else validate_birth_year(value, rules.path)


def _flag(value: bool, _rules: FieldRules) -> bool:
    return value


PROFILE_FIELDS: Final = (
    ProfileField("prefix", "prefix", _affix),
    ProfileField("firstName", "first_name", _required_name),
    ProfileField("middleName", "middle_name", _optional_name),
    ProfileField("lastName", "last_name", _required_name),
    ProfileField("suffix", "suffix", _affix),
    ProfileField("gender", "gender", _gender),
    ProfileField("dateOfBirth", "date_of_birth", _date_of_birth),
    ProfileField("birthYear", "birth_year", _birth_year),
    ProfileField("taxVatNumber", "tax_vat_number", _tax_vat_number),
    ProfileField("allowsRemoteAssistance", "allows_remote_assistance", _flag),
)
_BY_NAME: Final[Mapping[str, ProfileField]] = {field.name: field for field in PROFILE_FIELDS}
COLUMNS: Final[Mapping[str, str]] = {field.name: field.column for field in PROFILE_FIELDS}


def find_given_back(edits: Mapping[str, Any], stored: Mapping[str, Any] | Any) -> dict[str, Any]:
    """The fields of an edit that give what is stored, as it is stored; they are not judged again."""
    return {name: stored[COLUMNS[name]] for name, value in edits.items() if is_unchanged(value, stored[COLUMNS[name]])}


def find_profile_changes(
    stored: Mapping[str, Any] | Any, wanted: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """The columns to store for validated fields, and the input fields whose value that changes.

    Both fields of a birth have to be among `wanted` where both are given, since each depends on the other.
    """
    births = {name: wanted[name] for name in BIRTHS if name in wanted}
    others = {name: value for name, value in wanted.items() if name not in births}
    changed = {COLUMNS[name]: value for name, value in others.items() if value != stored[COLUMNS[name]]}
    columns = settle_birth(stored, births)
    names = [name for name in others if COLUMNS[name] in changed] + find_changed_births(stored, columns)
    return {**changed, **columns}, sorted(names, key=list(COLUMNS).index)


def new_profile_columns(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a new customer for validated fields."""
    births = {name: wanted[name] for name in BIRTHS if name in wanted}
    columns = {COLUMNS[name]: value for name, value in wanted.items() if name not in births}
    return {**columns, **settle_birth(None, births)}


def validate_profile(given: Mapping[str, Any], shop: SettingValues) -> dict[str, Any]:
    """The fields as they would be stored, by input name; `RuleErrors` with every refusal."""
    return validate_together(
        {name: partial(validate_profile_field, name, value, shop) for name, value in given.items()}
    )


def validate_profile_field(name: str, value: Any, shop: SettingValues) -> Any:
    """One field as it would be stored, by the rule for customers, staff and programs. One that the website does not ask for
    takes no value, and can be cleared."""
    stored = _BY_NAME[name].validate(value, _rules(name, shop))
    if stored is not None and is_hidden(name, shop):
        raise FIELD_NOT_OFFERED(path=[name])
    return judge_field(AttributeEntity.CUSTOMER, name, stored, shop, [name])


def is_hidden(field: str, shop: SettingValues) -> bool:
    """Whether the website does not ask for the field."""
    show = show_setting_of(field)
    return show is not None and shop[show] == "NO"


def is_required(field: str, shop: SettingValues) -> bool:
    """Whether the website requires the field. Then no form can do without it."""
    show = show_setting_of(field)
    return show is not None and shop[show] == "REQUIRED"


def _rules(field: str, shop: SettingValues) -> FieldRules:
    return FieldRules(
        path=[field],
        is_required=is_required(field, shop),
        choices=choices_of(field, shop),
        is_year_only=is_year_only(shop),
    )


def show_setting_of(field: str) -> Setting[str] | None:
    """The setting that says whether a website asks for a field of the profile; None for one that it always asks for."""
    return SHOW_SETTINGS.get(_SHOWN_WITH.get(field, field))


def is_year_only(shop: SettingValues) -> bool:
    """Whether the website stores the year of a birth alone."""
    return shop[BIRTH_DATE] == YEAR_ONLY


def choices_of(field: str, shop: SettingValues) -> list[str]:
    """The values that the website offers; empty where any text will do."""
    listed = CHOICE_SETTINGS.get(field)
    return [] if listed is None else [choice.strip() for choice in shop[listed].split(";") if choice.strip()]


def has_blank_choice(field: str, shop: SettingValues) -> bool:
    """Whether the list begins with a `;`, so that a form shows a choice of nothing first. None where a value is required."""
    listed, show = CHOICE_SETTINGS.get(field), show_setting_of(field)
    is_required = show is not None and shop[show] == "REQUIRED"
    return listed is not None and shop[listed].lstrip().startswith(";") and not is_required
