"""Addresses that come with a customer, known by their external ids (docs/domain/customer-editing.md#customer-editing-9)."""

from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import select

from customer_gql.core.actor import Actor
from customer_gql.core.errors import CollectedErrors, Refusal, RuleError, RuleErrors, UserErrorCode
from customer_gql.core.text import value_is_required
from customer_gql.customers.addresses.fields import validate_new_address
from customer_gql.customers.addresses.settings import PER_CUSTOMER
from customer_gql.customers.addresses.tables import address
from customer_gql.customers.addresses.writes import (
    create_address,
    edit_address,
    find_book_refusal,
    read_address_rules,
)
from customer_gql.customers.attributes.tables import AttributeEntity
from customer_gql.customers.attributes.values.given import Door, GivenValue, settle_values
from customer_gql.customers.profile.values.validation import validate_external_id
from customer_gql.database.statements import Connection, fetch_rows
from customer_gql.shop.settings.reads import setting

MOST_ADDRESSES: Final = 100
_DEFAULTS: Final = ("isDefaultBilling", "isDefaultShipping")

_TOO_MANY: Final = Refusal(
    "address.too_many_given", "Give at most {limit} addresses at once; you gave {count}.", UserErrorCode.TOO_MANY
)
_DEFAULT_TWICE: Final = Refusal(
    "address.default_given_twice", "Another address of this input is to become the same default. Choose one of them."
)
_GIVEN_TWICE: Final = Refusal("address.given_twice", "Another address of this input has the same external id.")


async def store_addresses(
    connection: Connection, customer_id: int, given: Sequence[Mapping[str, Any]], *, by: Actor
) -> list[str]:
    """Add the addresses of a locked customer that are new and change those that differ; what was stored, as paths of the
    input. An address without an external id is new. Raises `RuleErrors` with every refusal."""
    known = await _read_keys(connection, customer_id) if given else {}

    async def store(key: str | None, one: Mapping[str, Any]) -> list[str]:
        fields, attributes = _divide(one)
        given_of = {"attributes": attributes, "websites": None, "by": by}
        if key in known:
            return await edit_address(connection, customer_id, known[key], fields, **given_of)
        _, stored = await create_address(connection, customer_id, fields, **given_of)
        return stored

    return await _store_each(given, store)


async def judge_addresses(
    connection: Connection, website_id: int, given: Sequence[Mapping[str, Any]], *, by: Actor
) -> None:
    """Raises `RuleErrors` with what would be refused of the addresses of a new customer, who could not be made."""
    if not given:
        return
    rules, limit = await read_address_rules(connection, website_id), await setting(connection, PER_CUSTOMER)
    judged: list[Mapping[str, Any]] = []

    async def judge(_key: str | None, one: Mapping[str, Any]) -> list[str]:
        refusal = find_book_refusal(len(judged), limit)
        if refusal is not None:
            raise refusal
        fields, attributes = _divide(one)
        refused = CollectedErrors()
        with refused.collecting():
            judged.append(validate_new_address(fields, *rules))
        with refused.collecting():
            door = Door(website_id, is_new=True, by=by)
            await settle_values(connection, AttributeEntity.ADDRESS, attributes, {}, door)
        refused.raise_collected()
        return []

    await _store_each(given, judge)


def _divide(given: Mapping[str, Any]) -> tuple[dict[str, Any], Sequence[GivenValue]]:
    """The fields of an address, and the values of its attributes."""
    fields = {name: value for name, value in given.items() if name != "attributes"}
    return fields, given.get("attributes", ())


async def _store_each(
    given: Sequence[Mapping[str, Any]], store: Callable[[str | None, Mapping[str, Any]], Awaitable[list[str]]]
) -> list[str]:
    """Give `store` each address with its external id; what it stored, as paths of the input."""
    if len(given) > MOST_ADDRESSES:
        raise _TOO_MANY(path=["addresses"], limit=MOST_ADDRESSES, count=len(given))
    seen, defaults = set[str](), set[str]()
    changed: list[str] = []
    refused = CollectedErrors()
    for place, one in enumerate(given):
        with refused.collecting(), _at_place(place):
            _claim_defaults(one, defaults)
        with refused.collecting(), _at_place(place):
            key = validate_external_id(one.get("externalId"), ["externalId"])
            if key in seen:
                raise _GIVEN_TWICE(path=["externalId"])
            seen |= {key} - {None}
            names = await store(key, one)
            changed += [f"addresses.{place}.{name}" for name in names]
    refused.raise_collected()
    return changed


def _claim_defaults(given: Mapping[str, Any], taken: set[str]) -> None:
    """Raises `RuleErrors` with each default that an address before it takes."""
    refused = CollectedErrors()
    for name in _DEFAULTS:
        if given.get(name):
            with refused.collecting():
                if name in taken:
                    raise _DEFAULT_TWICE(path=[name])
            taken.add(name)
    refused.raise_collected()


def require_external_ids(given: Sequence[Mapping[str, Any]]) -> None:
    """Raises `RuleErrors` with each address that another program could not find again."""
    refused = CollectedErrors()
    for place, one in enumerate(given):
        with refused.collecting():
            if validate_external_id(one.get("externalId"), ["addresses", str(place), "externalId"]) is None:
                raise value_is_required(["addresses", str(place), "externalId"])
    refused.raise_collected()


async def _read_keys(connection: Connection, customer_id: int) -> dict[str | None, int]:
    """Keys of the addresses that have an external id, by it."""
    rows = await fetch_rows(
        connection,
        select(address.c.id, address.c.external_id).where(
            address.c.customer_id == customer_id, address.c.external_id.is_not(None)
        ),
    )
    return {row.external_id: row.id for row in rows}


@contextmanager
def _at_place(place: int) -> Generator[None]:
    """Paths of refusals start at the address of the input."""
    start = ["addresses", str(place)]
    try:
        yield
    except RuleError as error:
        raise error.at([*start, *(error.path or ())]) from None
    except RuleErrors as several:
        raise RuleErrors([error.at([*start, *(error.path or ())]) for error in several.errors]) from None
