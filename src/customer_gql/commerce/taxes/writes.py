"""Staff create, change and delete tax classes, rates and rules (docs/domain/taxes.md#taxes-1)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Table, any_, func, literal, select

from customer_gql.commerce.catalog.tables import product
from customer_gql.commerce.managed.records import (
    ManagedKind,
    begin_creating,
    change_managed,
    create_managed,
    delete_managed,
    lock_managed,
)
from customer_gql.core.actor import Actor
from customer_gql.core.errors import CollectedErrors
from customer_gql.core.text import to_capital_letters, validate_line
from customer_gql.customers.addresses.validation import validate_country, validate_region
from customer_gql.database.statements import Connection, equals_any, fetch_rows, fetch_value
from customer_gql.shop.groups.tables import TaxClassKind, customer_group, tax_class

from .kinds import (
    CODE_TAKEN,
    IN_USE,
    NO_SCOPE,
    PERCENT_WRONG,
    POSTCODE_WRONG,
    REGION_UNKNOWN,
    SCOPE_UNKNOWN,
    TAX_CLASSES,
    TAX_RATES,
    TAX_RULES,
)
from .postcodes import is_pattern
from .tables import tax_rate, tax_rule

MAX_NAME: Final = 64
MAX_IDS: Final = 5_000
_MAX_PERCENT: Final = 100
_PERCENT_DECIMALS: Final = 4

Given = Mapping[str, Any]
Validate = Callable[[Connection, Given, Given], Awaitable[dict[str, Any]]]
FindUses = Callable[[Connection, int], Awaitable[list[str]]]


async def _create_kind(connection: Connection, of: ManagedKind, validate: Validate, given: Given, by: Actor) -> int:
    await begin_creating(connection, of)
    return await create_managed(connection, of, await validate(connection, {}, given), by=by)


async def _update_kind(
    connection: Connection,
    of: ManagedKind,
    validate: Validate,
    key: int,
    given: Given,
    *,
    expected_version: int | None,
    by: Actor,
) -> None:
    stored = await lock_managed(connection, of, key)
    values = await validate(connection, stored, given)
    await change_managed(connection, of, stored, values, expected_version=expected_version, by=by)


async def _delete_kind(connection: Connection, of: ManagedKind, find_uses: FindUses, key: int, by: Actor) -> None:
    stored = await lock_managed(connection, of, key)
    if uses := await find_uses(connection, key):
        raise IN_USE(path=["id"], uses=uses)
    await delete_managed(connection, of, stored, by=by)


async def create_tax_class(connection: Connection, given: Given, *, by: Actor) -> int:
    return await _create_kind(connection, TAX_CLASSES, _validate_class, given, by)


async def update_tax_class(
    connection: Connection, key: int, given: Given, *, expected_version: int | None, by: Actor
) -> None:
    await _update_kind(connection, TAX_CLASSES, _validate_class, key, given, expected_version=expected_version, by=by)


async def delete_tax_class(connection: Connection, key: int, *, by: Actor) -> None:
    await _delete_kind(connection, TAX_CLASSES, _find_class_uses, key, by)


async def create_tax_rate(connection: Connection, given: Given, *, by: Actor) -> int:
    return await _create_kind(connection, TAX_RATES, _validate_rate, given, by)


async def update_tax_rate(
    connection: Connection, key: int, given: Given, *, expected_version: int | None, by: Actor
) -> None:
    await _update_kind(connection, TAX_RATES, _validate_rate, key, given, expected_version=expected_version, by=by)


async def delete_tax_rate(connection: Connection, key: int, *, by: Actor) -> None:
    await _delete_kind(connection, TAX_RATES, _find_rate_uses, key, by)


async def create_tax_rule(connection: Connection, given: Given, *, by: Actor) -> int:
    return await _create_kind(connection, TAX_RULES, _validate_tax_rule, given, by)


async def update_tax_rule(
    connection: Connection, key: int, given: Given, *, expected_version: int | None, by: Actor
) -> None:
    await _update_kind(connection, TAX_RULES, _validate_tax_rule, key, given, expected_version=expected_version, by=by)


async def delete_tax_rule(connection: Connection, key: int, *, by: Actor) -> None:
    await _delete_kind(connection, TAX_RULES, _find_no_uses, key, by)


async def _validate_class(connection: Connection, stored: Given, given: Given) -> dict[str, Any]:
    values = dict(given)
    if "name" in given:
        values["name"] = await _validate_unique_name(connection, tax_class, "name", stored, given["name"])
    return values


async def _validate_rate(connection: Connection, stored: Given, given: Given) -> dict[str, Any]:
    refused, values = CollectedErrors(), dict(given)
    with refused.collecting():
        if "code" in given:
            values["code"] = await _validate_unique_name(connection, tax_rate, "code", stored, given["code"])
    with refused.collecting():
        if "country_code" in given or "region" in given:
            values |= _validate_place({**stored, **given})
    with refused.collecting():
        if "postcode" in given:
            values["postcode"] = _validate_pattern(given["postcode"])
    with refused.collecting():
        if "percent" in given:
            values["percent"] = _validate_percent(given["percent"])
    refused.raise_collected()
    return values


def _validate_place(given: Given) -> dict[str, Any]:
    """The country and the region, which may be given by its name."""
    country = validate_country(given["country_code"], ["countryCode"])
    region = validate_region(given.get("region"), country, ["region"], required=False)
    if region.name is not None and region.code is None:
        raise REGION_UNKNOWN(path=["region"], country=country.code)
    return {"country_code": country.code, "region": region.code}


def _validate_pattern(postcode: str | None) -> str | None:
    line = validate_line(postcode, ["postcode"], MAX_NAME)
    if line is None or line == "*":
        return None
    pattern = to_capital_letters(line)
    if not is_pattern(pattern):
        raise POSTCODE_WRONG(path=["postcode"])
    return pattern


def _validate_percent(percent: Decimal) -> Decimal:
    exponent = percent.as_tuple().exponent
    is_fine = isinstance(exponent, int) and -exponent <= _PERCENT_DECIMALS
    if not is_fine or not 0 <= percent <= _MAX_PERCENT:
        raise PERCENT_WRONG(path=["percent"], limit=_MAX_PERCENT, digits=_PERCENT_DECIMALS)
    return percent


async def _validate_tax_rule(connection: Connection, stored: Given, given: Given) -> dict[str, Any]:
    """Classes and rates stay until the transaction ends."""
    refused, values = CollectedErrors(), dict(given)
    with refused.collecting():
        if "code" in given:
            values["code"] = await _validate_unique_name(connection, tax_rule, "code", stored, given["code"])
    for column, path, kind in (
        ("customer_class_ids", "customerClassIds", TaxClassKind.CUSTOMER),
        ("product_class_ids", "productClassIds", TaxClassKind.PRODUCT),
    ):
        with refused.collecting():
            if column in given:
                is_of_kind = tax_class.c.kind == kind.value
                values[column] = await _lock_ids(connection, tax_class, given[column], [path], is_of_kind)
    with refused.collecting():
        if "rate_ids" in given:
            values["rate_ids"] = await _lock_ids(connection, tax_rate, given["rate_ids"], ["rateIds"])
    refused.raise_collected()
    return values


async def _lock_ids(
    connection: Connection, of: Table, given: Sequence[int], path: Sequence[str], *conditions: ColumnElement[bool]
) -> list[int]:
    ids = sorted(set(given))
    if not 1 <= len(ids) <= MAX_IDS:
        raise NO_SCOPE(path=path, limit=MAX_IDS)
    found = select(of.c.id).where(equals_any(of.c.id, ids), *conditions).order_by(of.c.id)
    if len(await fetch_rows(connection, found.with_for_update(key_share=True, read=True))) < len(ids):
        raise SCOPE_UNKNOWN(path=path)
    return ids


async def _validate_unique_name(connection: Connection, of: Table, column: str, stored: Given, given: str) -> str:
    """Unique whatever its case. Of two at one time the index lets one through."""
    code = validate_line(given, [column], MAX_NAME, required=True) or ""
    others = select(of.c.id).where(func.lower(of.c[column]) == func.lower(code))
    if stored:
        others = others.where(of.c.id != stored["id"])
    if await fetch_value(connection, others) is not None:
        raise CODE_TAKEN(path=[column])
    return code


async def _find_class_uses(connection: Connection, key: int) -> list[str]:
    named = literal(key, BigInteger())
    uses = {
        "customer groups": select(customer_group.c.id).where(customer_group.c.tax_class_id == key),
        "products": select(product.c.id).where(product.c.tax_class_id == key),
        "tax rules": select(tax_rule.c.id).where(
            (named == any_(tax_rule.c.customer_class_ids)) | (named == any_(tax_rule.c.product_class_ids))
        ),
    }
    return [name for name, used in uses.items() if await fetch_value(connection, used.limit(1)) is not None]


async def _find_rate_uses(connection: Connection, key: int) -> list[str]:
    used = select(tax_rule.c.id).where(literal(key, BigInteger()) == any_(tax_rule.c.rate_ids)).limit(1)
    return [] if await fetch_value(connection, used) is None else ["tax rules"]


async def _find_no_uses(_connection: Connection, _key: int) -> list[str]:
    return []
