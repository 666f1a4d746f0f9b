"""The addresses that a shopper gives for a cart: one of the address book, or another (docs/domain/carts.md#carts-13)."""

from collections.abc import Mapping
from typing import Any, Final

from customer_gql.core.errors import CollectedErrors, RuleError, RuleErrors
from customer_gql.core.input_ids import parse_input_keys
from customer_gql.customers.addresses.fields import validate_new_address
from customer_gql.customers.addresses.tables import address
from customer_gql.customers.addresses.writes import ADDRESS_NOT_FOUND, AddressBookRules, read_address_rules
from customer_gql.database.statements import Connection, fetch_row

GivenAddress = str | Mapping[str, Any]
"""An id, or fields by name."""
COPIED: Final = (
    "prefix",
    "first_name",
    "middle_name",
    "last_name",
    "suffix",
    "company",
    "street",
    "city",
    "region",
    "region_code",
    "postcode",
    "country_code",
    "telephone",
    "fax",
    "vat_number",
)


async def read_given_addresses(
    connection: Connection, owner: int, website_id: int, given: Mapping[str, GivenAddress]
) -> dict[str, dict[str, Any]]:
    """By column, of each kind that is given. Raises `RuleErrors` with all that does not fit."""
    rules = await read_address_rules(connection, website_id)
    refused, found = CollectedErrors(), dict[str, dict[str, Any]]()
    for name, one in given.items():
        try:
            found[name] = await _read_address(connection, owner, rules, one)
        except RuleErrors as errors:
            with refused.collecting():
                raise RuleErrors([_within(error, name, "address") for error in errors.errors]) from None
        except RuleError as error:
            with refused.collecting():
                raise _within(error, name, "addressId") from None
    refused.raise_collected()
    return found


def _within(error: RuleError, name: str, member: str) -> RuleError:
    return error.at([name, member, *error.path])


async def _read_address(
    connection: Connection, owner: int, rules: AddressBookRules, given: GivenAddress
) -> dict[str, Any]:
    if not isinstance(given, str):
        values = validate_new_address(given, *rules, by_customer=True)
        return {name: values[name] for name in COPIED}
    customer_id, key = parse_input_keys(given, "adr", 2, [])
    found = await fetch_row(connection, address, {"customer_id": owner, "id": key}) if customer_id == owner else None
    if found is None:
        raise ADDRESS_NOT_FOUND()
    return {name: found[name] for name in COPIED}
