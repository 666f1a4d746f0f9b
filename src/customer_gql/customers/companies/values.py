"""Rules of the profile of a company, whichever way it comes in (docs/domain/companies.md#companies-2)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from customer_gql.core.concurrent_edits import Changes
from customer_gql.core.errors import CollectedErrors
from customer_gql.core.ids import encode_id
from customer_gql.core.text import sort_key, validate_line, validate_lines, value_is_required
from customer_gql.core.values.emails import validate_email
from customer_gql.customers.addresses.validation import (
    MAX_TEXT,
    validate_country,
    validate_postcode,
    validate_region,
    validate_street,
    validate_telephone,
)
from customer_gql.customers.profile.values.validation import validate_external_id, validate_tax_vat_number
from customer_gql.database.statements import Row

from .tables import MAX_COMMENT, MAX_NAME

MAX_STREET_LINES: Final = 2
_MAX_RESELLER_ID: Final = 64

Path = Sequence[str]


def _name(value: str | None, path: Path) -> str | None:
    return validate_line(value, path, MAX_NAME, required=True)


def _email(value: str | None, path: Path) -> str:
    if value is None:
        raise value_is_required(path)
    return validate_email(value, path)


def _legal_name(value: str | None, path: Path) -> str | None:
    return validate_line(value, path, MAX_NAME)


def _reseller_id(value: str | None, path: Path) -> str | None:
    return validate_line(value, path, _MAX_RESELLER_ID)


def _comment(value: str | None, path: Path) -> str | None:
    return validate_lines(value, path, MAX_COMMENT)


PROFILE: Final[Mapping[str, tuple[str, Callable[[Any, Path], Any]]]] = {
    "name": ("name", _name),
    "email": ("email", _email),
    "legalName": ("legal_name", _legal_name),
    "vatNumber": ("vat_number", validate_tax_vat_number),
    "resellerId": ("reseller_id", _reseller_id),
    "externalId": ("external_id", validate_external_id),
    "comment": ("comment", _comment),
}
"""Fields of the input: the column of each, and its rule."""
ADDRESS_COLUMNS: Final = ("street", "city", "country_code", "region", "region_code", "postcode", "telephone")


_SHOWN: Final = {
    **{column: field for field, (column, _) in PROFILE.items()},
    "group_id": "groupId",
    "sales_representative_id": "salesRepresentativeId",
    "parent_id": "parentId",
    "status": "status",
    "rejection_reason": "reason",
}
_PREFIXES: Final = {"group_id": "grp", "sales_representative_id": "stf", "parent_id": "com"}


def validate_profile(given: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of what is given, by input name; `legalAddress` is whole. Raises `RuleErrors` with every refusal."""
    refused, values = CollectedErrors(), dict[str, Any]()
    for field, value in given.items():
        with refused.collecting():
            if field == "legalAddress":
                values |= _validate_legal_address(value)
            else:
                column, validate = PROFILE[field]
                values[column] = validate(value, [field])
    refused.raise_collected()
    return {**values, **({"name_sort_key": sort_key(values["name"])} if "name" in values else {})}


def _validate_legal_address(given: Mapping[str, Any]) -> dict[str, Any]:
    def at(name: str) -> list[str]:
        return ["legalAddress", name]

    refused, values = CollectedErrors(), dict[str, Any]()
    country = None
    with refused.collecting():
        country = validate_country(given["countryCode"], at("countryCode"))
        values["country_code"] = country.code
    with refused.collecting():
        values["street"] = validate_street(given["street"][:100], at("street"), MAX_STREET_LINES)
    with refused.collecting():
        needs_city = country is None or country.needs_city
        values["city"] = validate_line(given["city"], at("city"), MAX_TEXT, required=needs_city) or ""
    with refused.collecting():
        region = validate_region(given["region"], country, at("region"))
        values |= {"region": region.name, "region_code": region.code}
    with refused.collecting():
        values["postcode"] = validate_postcode(given["postcode"], country, at("postcode"))
    with refused.collecting():
        values["telephone"] = validate_telephone(given["telephone"], at("telephone"), required=True)
    refused.raise_collected()
    return values


def describe_company(stored: Mapping[str, Any] | Row | None, values: Mapping[str, Any]) -> Changes:
    """What the history of staff has: fields of the input with the value before and after."""

    def show(row: Any, column: str) -> Any:
        value = None if row is None else row[column]
        return encode_id(_PREFIXES[column], value) if value is not None and column in _PREFIXES else value

    changes = {
        field: (show(stored, column), show(values, column)) for column, field in _SHOWN.items() if column in values
    }
    if any(column in values for column in ADDRESS_COLUMNS):
        before = None if stored is None else _show_address(stored)
        changes["legalAddress"] = (before, _show_address({**dict(stored or {}), **values}))
    return {field: change for field, change in changes.items() if change[0] != change[1]}


def _show_address(row: Any) -> str:
    parts = [*row["street"], row["postcode"], row["city"], row["region"], row["country_code"], row["telephone"]]
    return ", ".join(part for part in parts if part)
