"""What a customer may say about themselves, and what the shop asks for (docs/domain/profile.md#profile-10)."""

import datetime as dt
import enum
from collections.abc import Callable, Mapping
from typing import Any, Final

from customer_gql.core.emails import validate_email
from customer_gql.core.errors import RuleError, RuleErrors, UserErrorCode
from customer_gql.core.text import has_control_character, normalize_text
from customer_gql.shop.settings.declaration import WEBSITE, Setting
from customer_gql.shop.settings.reads import SettingValues

_SHOW_VALUES: Final = ("NO", "OPTIONAL", "REQUIRED")


def _show_setting(name: str) -> Setting[str]:
    path = f"customers.show_{name}"
    return Setting(
        path, "NO", WEBSITE, f"Whether customers are asked for it: {', '.join(_SHOW_VALUES)}.", one_of=_SHOW_VALUES
    )


def _choice_setting(name: str) -> Setting[str]:
    return Setting(f"customers.{name}_options", "", WEBSITE, "What may be chosen, parted by `;`; empty takes any text.")


SHOW_SETTINGS: Final[Mapping[str, Setting[str]]] = {
    "prefix": _show_setting("prefix"),
    "suffix": _show_setting("suffix"),
    "dateOfBirth": _show_setting("date_of_birth"),
    "taxVatNumber": _show_setting("tax_vat_number"),
    "gender": _show_setting("gender"),
}
CHOICE_SETTINGS: Final = {"prefix": _choice_setting("prefix"), "suffix": _choice_setting("suffix")}
SETTINGS: Final = (*SHOW_SETTINGS.values(), *CHOICE_SETTINGS.values())
# Input field -> column.
COLUMNS: Final[Mapping[str, str]] = {
    "prefix": "prefix",
    "firstName": "first_name",
    "middleName": "middle_name",
    "lastName": "last_name",
    "suffix": "suffix",
    "gender": "gender",
    "dateOfBirth": "date_of_birth",
    "taxVatNumber": "tax_vat_number",
    "allowsRemoteAssistance": "allows_remote_assistance",
}
_OLDEST: Final = dt.date(1900, 1, 1)


def validate_profile(given: Mapping[str, Any], shop: SettingValues) -> dict[str, Any]:
    """The fields as they would be stored, by input name; every reason why not as `RuleErrors`."""
    wanted: dict[str, Any] = {}
    errors: list[RuleError] = []
    for field, value in given.items():
        try:
            wanted[field] = _CHECKS[field](value, field, shop)
        except RuleError as error:
            errors.append(error)
    if errors:
        raise RuleErrors(errors)
    return wanted


def validate_line(value: str | None, field: str, longest: int, *, required: bool = False) -> str | None:
    """One line without blanks around it; None when nothing is left."""
    line = normalize_text(value or "")
    if len(line) > longest:
        raise RuleError(f"At most {longest} characters.", path=[field], code=UserErrorCode.TOO_LONG)
    if has_control_character(line):
        raise RuleError("One line of text, without control characters.", path=[field])
    if required and not line:
        raise RuleError("This has to be given.", path=[field], code=UserErrorCode.REQUIRED)
    return line or None


def validate_customer_email(value: str, field: str = "email") -> str:
    if len(value) > 254:
        raise RuleError("At most 254 characters.", path=[field], code=UserErrorCode.TOO_LONG)
    try:
        return validate_email(value)
    except ValueError as error:
        raise RuleError(str(error), path=[field]) from None


def _name(value: str | None, field: str, _shop: SettingValues) -> str | None:
    line = validate_line(value, field, 255, required=field != "middleName")
    # A name is printed in mails; a link in it would make the shop the sender of anybody's advertising.
    if line and "://" in line:
        raise RuleError("A name holds no link.", path=[field])
    return line


def _affix(value: str | None, field: str, shop: SettingValues) -> str | None:
    line = validate_line(value, field, 40, required=_is_required(field, shop))
    options = [option.strip() for option in shop[CHOICE_SETTINGS[field]].split(";") if option.strip()]
    if line and options and line not in options:
        raise RuleError(f"Choose one of: {', '.join(options)}.", path=[field])
    return line


def _tax_vat_number(value: str | None, field: str, shop: SettingValues) -> str | None:
    return validate_line(value, field, 50, required=_is_required(field, shop))


def _gender(value: enum.Enum | None, field: str, shop: SettingValues) -> str | None:
    _require(value, field, shop)
    return None if value is None else value.value


def _date_of_birth(value: dt.date | None, field: str, shop: SettingValues) -> dt.date | None:
    _require(value, field, shop)
    if value is not None and not _OLDEST <= value <= dt.datetime.now(dt.UTC).date():
        raise RuleError("A date of birth lies between 1900 and today.", path=[field])
    return value


def _flag(value: bool, _field: str, _shop: SettingValues) -> bool:
    return value


def _require(value: object, field: str, shop: SettingValues) -> None:
    if value is None and _is_required(field, shop):
        raise RuleError("This has to be given.", path=[field], code=UserErrorCode.REQUIRED)


def _is_required(field: str, shop: SettingValues) -> bool:
    return shop[SHOW_SETTINGS[field]] == "REQUIRED"


_CHECKS: Final[Mapping[str, Callable[[Any, str, SettingValues], Any]]] = {
    "prefix": _affix,
    "firstName": _name,
    "middleName": _name,
    "lastName": _name,
    "suffix": _affix,
    "gender": _gender,
    "dateOfBirth": _date_of_birth,
    "taxVatNumber": _tax_vat_number,
    "allowsRemoteAssistance": _flag,
}
