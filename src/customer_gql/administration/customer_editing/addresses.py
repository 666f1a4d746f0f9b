"""Addresses that come with a customer, known by their external ids (docs/domain/customer-editing.md#customer-editing-9)."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import select

from customer_gql.core.actor import Actor
from customer_gql.core.errors import CollectedErrors, Refusal, RuleError, RuleErrors, UserErrorCode
from customer_gql.core.text import value_is_required
from customer_gql.customers.addresses.tables import address
from customer_gql.customers.addresses.writes import create_address, edit_address
from customer_gql.customers.profile.values.validation import validate_external_id
from customer_gql.database.statements import Connection, fetch_rows

MOST_ADDRESSES: Final = 100

_TOO_MANY: Final = Refusal(
    "address.too_many_given", "Give at most {limit} addresses at once; these are {count}.", UserErrorCode.TOO_MANY
)
_GIVEN_TWICE: Final = Refusal("address.given_twice", "Another address of this input has the same external id.")


async def store_addresses(
    connection: Connection, customer_id: int, given: Sequence[Mapping[str, Any]], *, by: Actor
) -> list[str]:
    """Add the addresses of a locked customer that are new and change those that differ; what was stored, as paths of the
    input. An address without an external id is new. Raises `RuleErrors` with every refusal."""
    if len(given) > MOST_ADDRESSES:
        raise _TOO_MANY(path=["addresses"], limit=MOST_ADDRESSES, count=len(given))
    known = await _read_keys(connection, customer_id) if given else {}
    seen = set[str]()
    changed: list[str] = []
    refused = CollectedErrors()
    for place, one in enumerate(given):
        with refused.collecting(), _at_place(place):
            key = validate_external_id(one.get("externalId"), ["externalId"])
            if key in seen:
                raise _GIVEN_TWICE(path=["externalId"])
            seen |= {key} - {None}
            names = await _store_address(connection, customer_id, known.get(key), one, by)
            changed += [f"addresses.{place}.{name}" for name in names]
    refused.raise_collected()
    return changed


def require_external_ids(given: Sequence[Mapping[str, Any]]) -> None:
    """Raises `RuleErrors` with each address that another program could not find again."""
    refused = CollectedErrors()
    for place, one in enumerate(given):
        with refused.collecting():
            if validate_external_id(one.get("externalId"), ["addresses", str(place), "externalId"]) is None:
                raise value_is_required(["addresses", str(place), "externalId"])
    refused.raise_collected()


async def _store_address(
    connection: Connection, customer_id: int, key: int | None, given: Mapping[str, Any], by: Actor
) -> list[str]:
    if key is not None:
        return await edit_address(connection, customer_id, key, given, websites=None, by=by)
    _, stored = await create_address(connection, customer_id, given, websites=None, by=by)
    return stored


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
