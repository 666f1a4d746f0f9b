"""The address book: what a country asks for, defaults that rotate, a default that stays (docs/domain/addresses.md#addresses-11)."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

from sqlalchemy import delete, func, insert, select, update

from customer_gql.core.actor import Actor
from customer_gql.core.concurrent_edits import VersionConflict, refuse_conflicts
from customer_gql.core.errors import RuleError, RuleErrors, UserErrorCode
from customer_gql.core.ids import encode_id, new_id
from customer_gql.customers.history.reads import read_customer_changes
from customer_gql.customers.history.writes import record_customer_event
from customer_gql.customers.profile import fields, writes as customers
from customer_gql.database.statements import Connection, Row, execute_statement, fetch_one, fetch_value
from customer_gql.shop.settings.declaration import WEBSITE, Setting
from customer_gql.shop.settings.reads import SettingValues, settings_at

from .allowed import allowed_countries
from .countries import Country, find_country
from .reads import MAX_ADDRESSES
from .tables import address
from .writes import update_address, validate_postcode, validate_telephone

_SHOW: Final = ("NO", "OPTIONAL", "REQUIRED")
STREET_LINES: Final = Setting("addresses.street_lines", 2, WEBSITE, "Lines a street may have.", at_least=1, at_most=4)
TELEPHONE: Final = Setting("addresses.show_telephone", "REQUIRED", WEBSITE, "Whether it is asked for.", one_of=_SHOW)
COMPANY: Final = Setting("addresses.show_company", "OPTIONAL", WEBSITE, "Whether it is asked for.", one_of=_SHOW)
FAX: Final = Setting("addresses.show_fax", "NO", WEBSITE, "Whether it is asked for.", one_of=_SHOW)
# Input field -> column.
COLUMNS: Final[Mapping[str, str]] = {
    "prefix": "prefix",
    "firstName": "first_name",
    "middleName": "middle_name",
    "lastName": "last_name",
    "suffix": "suffix",
    "company": "company",
    "street": "street",
    "city": "city",
    "region": "region",
    "postcode": "postcode",
    "countryCode": "country_code",
    "telephone": "telephone",
    "fax": "fax",
    "vatNumber": "vat_number",
    "isDefaultBilling": "is_default_billing",
    "isDefaultShipping": "is_default_shipping",
}
_IN_GRID: Final = ("telephone", "postcode")
_DEFAULTS: Final = ("is_default_billing", "is_default_shipping")


async def create_address(connection: Connection, customer_id: int, given: Mapping[str, Any], *, by: Actor) -> int:
    """The new entry's key. The customer is locked, so that two defaults or a 101st entry cannot be raced for."""
    held = await customers.lock_customer(connection, customer_id, websites=None)
    count = await fetch_value(connection, select(func.count()).where(address.c.customer_id == customer_id))
    if count >= MAX_ADDRESSES:
        raise RuleError(
            f"An address book holds {MAX_ADDRESSES} entries. Delete one first.", code=UserErrorCode.TOO_MANY
        )
    values = _validate_address(given, *await _address_settings(connection, held))
    await _replace_defaults(connection, customer_id, values)
    key = new_id()
    await execute_statement(connection, insert(address).values(customer_id=customer_id, id=key, **values))
    await _record_change(connection, held, key, "ADDRESS_CREATED", {}, values, by)
    return key


async def edit_address(
    connection: Connection,
    customer_id: int,
    key: int,
    given: Mapping[str, Any],
    *,
    expected_version: int | None = None,
    by: Actor,
) -> list[str]:
    """Input fields that were changed. The entry as a whole is judged, so that a new country finds its postcode wrong.

    `expected_version` is the customer's: what hangs on the account shares its version.
    """
    held = await customers.lock_customer(connection, customer_id, websites=None)
    stored = await _find_address(connection, customer_id, key)
    before = {column: stored[column] for column in COLUMNS.values()}
    whole = {field: before[column] for field, column in COLUMNS.items()} | dict(given)
    wanted = _validate_address(whole, *await _address_settings(connection, held))
    changed = {column: value for column, value in wanted.items() if value != before[column]}
    await _refuse_conflicts(connection, held, stored, changed, expected_version)
    if not changed:
        return []
    await _replace_defaults(connection, customer_id, changed)
    await update_address(connection, stored, changed)
    await _record_change(
        connection, held, key, "ADDRESS_EDITED", {column: before[column] for column in changed}, changed, by
    )
    return [field for field, column in COLUMNS.items() if column in changed]


async def _refuse_conflicts(
    connection: Connection, held: Row, stored: Row, changed: Mapping[str, Any], expected: int | None
) -> None:
    """As for the profile, of this entry alone; the grid edits two fields of the default billing address by name."""
    prefix = encode_id("adr", held.id, stored.id) + "."
    edits = {field: (stored[column], changed[column]) for field, column in COLUMNS.items() if column in changed}
    bare = {field: edit for field, edit in edits.items() if stored.is_default_billing and field in _IN_GRID}
    try:
        await refuse_conflicts(
            {prefix + field: edit for field, edit in edits.items()} | bare,
            current=held.version,
            expected=expected,
            changes_since=partial(read_customer_changes, connection, held.id),
        )
    except VersionConflict as found:
        by_field = {one.field.removeprefix(prefix): one for one in reversed(found.conflicts)}
        conflicts = [replace(one, field=field) for field, one in by_field.items()]
        raise VersionConflict(found.current_version, conflicts) from None


async def delete_address(connection: Connection, customer_id: int, key: int, *, by: Actor) -> None:
    held = await customers.lock_customer(connection, customer_id, websites=None)
    stored = await _find_address(connection, customer_id, key)
    errors = [
        RuleError(
            f"This is the default {kind} address. Choose another first.", path=["id"], code=UserErrorCode.NOT_ALLOWED
        )
        for kind, is_default in (("billing", stored.is_default_billing), ("shipping", stored.is_default_shipping))
        if is_default
    ]
    if errors:
        raise RuleErrors(errors)
    await execute_statement(
        connection, delete(address).where(address.c.customer_id == customer_id, address.c.id == key)
    )
    before = {column: stored[column] for column in COLUMNS.values() if stored[column]}
    await _record_change(connection, held, key, "ADDRESS_DELETED", before, {}, by)


async def _find_address(connection: Connection, customer_id: int, key: int) -> Row:
    found = await fetch_one(
        connection, select(address).where(address.c.customer_id == customer_id, address.c.id == key)
    )
    if found is None:
        raise RuleError("There is no such address.", path=["id"], code=UserErrorCode.NOT_FOUND)
    return found


async def _address_settings(connection: Connection, held: Row) -> tuple[SettingValues, Collection[str]]:
    """What the website asks for, and the countries that are allowed; none allows all."""
    settings = (STREET_LINES, TELEPHONE, COMPANY, FAX, *fields.CHOICE_SETTINGS.values())
    shop = await settings_at(connection, *settings, website_id=held.website_id)
    return shop, await allowed_countries(connection, held.website_id)


async def _replace_defaults(connection: Connection, customer_id: int, values: Mapping[str, Any]) -> None:
    """A new default takes the place of the old one."""
    for column in _DEFAULTS:
        if values.get(column):
            await execute_statement(
                connection,
                update(address)
                .where(address.c.customer_id == customer_id, address.c[column])
                .values({column: False, "updated_at": dt.datetime.now(dt.UTC)}),
            )


async def _record_change(
    connection: Connection,
    held: Row,
    key: int,
    kind: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    by: Actor,
) -> None:
    """What hangs on the account counts as a change of it."""
    name = encode_id("adr", held.id, key)
    columns = {column: field for field, column in COLUMNS.items()}
    changes = {
        f"{name}.{columns[column]}": (before.get(column), after.get(column))
        for column in {**before, **after}
        if before.get(column) != after.get(column)
    }
    version = await customers.update_customer(connection, held, {})
    await record_customer_event(connection, held.id, kind=kind, version=version, by=by, changes=changes)


def _validate_address(given: Mapping[str, Any], shop: SettingValues, countries: Collection[str]) -> dict[str, Any]:
    """The entry as it would be stored, by column, or every reason why not."""
    wanted: dict[str, Any] = {}
    errors: list[RuleError] = []
    place = _validate_country(given.get("countryCode"), countries, errors)
    for field, column in COLUMNS.items():
        try:
            wanted[column] = _CHECKS[field](given.get(field), field, shop, place)
        except RuleError as error:
            errors.append(error)
    if errors:
        raise RuleErrors(errors)
    return wanted


def _validate_country(code: str | None, countries: Collection[str], errors: list[RuleError]) -> Country | None:
    found = find_country((code or "").strip().upper())
    if found is None:
        errors.append(RuleError("This is no country: two letters of ISO 3166-1.", path=["countryCode"]))
    elif countries and found.code not in countries:
        errors.append(
            RuleError("This shop takes no addresses there.", path=["countryCode"], code=UserErrorCode.NOT_ALLOWED)
        )
    return found


Check = Callable[[Any, str, SettingValues, Country | None], Any]


def _text(longest: int, *, required: bool = False) -> Check:
    def check(value: str | None, field: str, _shop: SettingValues, _place: Country | None) -> str | None:
        return fields.validate_line(value, field, longest, required=required)

    return check


def _shown(setting: Setting[str]) -> Check:
    def check(value: str | None, field: str, shop: SettingValues, _place: Country | None) -> str | None:
        return fields.validate_line(value, field, 255, required=shop[setting] == "REQUIRED")

    return check


def _code(_value: str | None, _field: str, _shop: SettingValues, place: Country | None) -> str | None:
    return None if place is None else place.code


def _street(value: list[str] | None, field: str, shop: SettingValues, _place: Country | None) -> list[str]:
    lines = [line for text in (value or [])[:100] if (line := fields.validate_line(text, field, 255))]
    if not lines:
        raise RuleError("This has to be given.", path=[field], code=UserErrorCode.REQUIRED)
    most = shop[STREET_LINES]
    if len(lines) > most:
        raise RuleError(f"A street has at most {most} lines.", path=[field], code=UserErrorCode.TOO_MANY)
    return lines


def _city(value: str | None, field: str, _shop: SettingValues, place: Country | None) -> str:
    return fields.validate_line(value, field, 255, required=place is None or place.needs_city) or ""


def _region(value: str | None, field: str, _shop: SettingValues, place: Country | None) -> str | None:
    line = fields.validate_line(value, field, 255, required=place is not None and place.needs_region)
    if line is None or place is None:
        return line
    found = place.region(line)
    if found is None:
        raise RuleError(f"This is no state or province of {place.code}.", path=[field])
    return found


def _postcode(value: str | None, field: str, _shop: SettingValues, place: Country | None) -> str | None:
    if place is None or (not place.has_postcode and not value):
        return fields.validate_line(value, field, 16)
    code = validate_postcode(value, place.code, [field])
    if code is not None and not place.has_postcode_like(code):
        raise RuleError(f"In {place.code} a postal code looks like {place.postcode_example}.", path=[field])
    return code


def _telephone(value: str | None, field: str, shop: SettingValues, _place: Country | None) -> str | None:
    setting = TELEPHONE if field == "telephone" else FAX
    line = fields.validate_line(value, field, 60, required=shop[setting] == "REQUIRED")
    return None if line is None else validate_telephone(line, [field])


def _flag(value: bool | None, _field: str, _shop: SettingValues, _place: Country | None) -> bool:
    return bool(value)


_CHECKS: Final[Mapping[str, Check]] = {
    "prefix": _text(40),
    "firstName": _text(255, required=True),
    "middleName": _text(255),
    "lastName": _text(255, required=True),
    "suffix": _text(40),
    "company": _shown(COMPANY),
    "street": _street,
    "city": _city,
    "region": _region,
    "postcode": _postcode,
    "countryCode": _code,
    "telephone": _telephone,
    "fax": _telephone,
    "vatNumber": _text(255),
    "isDefaultBilling": _flag,
    "isDefaultShipping": _flag,
}
