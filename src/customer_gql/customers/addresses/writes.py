"""The address book: an entry has to fit its country, and a new default replaces the old one (docs/domain/addresses.md#addresses-11).

A change of a book locks its customer first, so that two requests cannot both pass the limit or both become default.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, TypeAlias

from sqlalchemy import BigInteger, bindparam, delete, or_, select

from customer_gql.core.actor import Actor, ActorKind
from customer_gql.core.clock import read_clock
from customer_gql.core.concurrent_edits import Changes
from customer_gql.core.errors import CollectedErrors, Refusal, RuleError, RuleErrors, UserErrorCode
from customer_gql.core.ids import new_id
from customer_gql.core.text import is_unchanged
from customer_gql.core.values.telephones import to_e164
from customer_gql.core.viewer import Websites
from customer_gql.customers.attributes.tables import AttributeEntity, AttributeForm
from customer_gql.customers.attributes.values.given import Door, GivenValue, refuse_fields_not_shown
from customer_gql.customers.attributes.values.writes import edit_attributes_of_address
from customer_gql.customers.history.conflicts import leave_out_untouched, refuse_customer_conflicts
from customer_gql.customers.profile.claims import EXTERNAL_ID_TAKEN
from customer_gql.customers.profile.sharing import accounts_are_shared
from customer_gql.customers.profile.writes import lock_customer, lock_customers
from customer_gql.database.statements import (
    Connection,
    Row,
    compile_statement,
    delete_rows,
    fetch_one,
    fetch_row,
    fetch_rows,
    insert_row,
    update_rows,
)
from customer_gql.database.transactions import mark_customers
from customer_gql.shop.countries.options import COUNTRIES
from customer_gql.shop.settings.reads import SettingValues, setting, settings_at, settings_by_website

from .changes import (
    DEFAULTS,
    address_id,
    describe_address_edit,
    describe_given_up_defaults,
    describe_lost_address,
    describe_new_address,
    read_book,
    read_default_ids,
    record_address_change,
)
from .fields import COLUMNS, SETTINGS, is_required, validate_address_edit, validate_new_address
from .reads import allowed_countries, combine_countries
from .settings import PER_CUSTOMER
from .tables import address

_BOOK_FULL: Final = Refusal(
    "address.book_full", "An address book has at most {limit} entries. Delete one first.", UserErrorCode.TOO_MANY
)
_IS_DEFAULT_BILLING: Final = Refusal(
    "address.is_default_billing",
    "This is the default billing address. Choose another one first.",
    UserErrorCode.NOT_ALLOWED,
)
_IS_DEFAULT_SHIPPING: Final = Refusal(
    "address.is_default_shipping",
    "This is the default shipping address. Choose another one first.",
    UserErrorCode.NOT_ALLOWED,
)
_NO_DEFAULT_CHOSEN: Final = Refusal(
    "address.no_default_chosen", "Choose billing, shipping or both.", UserErrorCode.REQUIRED
)
_of_customer: Final = address.c.customer_id == bindparam("customer_id", type_=BigInteger())
_LOCK_DEFAULT_BILLING: Final = compile_statement(
    select(address).where(_of_customer, address.c.is_default_billing).with_for_update()
)
_DELETE_BOOK: Final = compile_statement(delete(address).where(_of_customer).returning(address))
_FIND_DEFAULTS: Final = compile_statement(
    select(address).where(_of_customer, or_(*(address.c[column] for column in DEFAULTS)))
)
ADDRESS_NOT_FOUND: Final = Refusal("address.not_found", "There is no such address.", UserErrorCode.NOT_FOUND)


async def create_address(
    connection: Connection,
    customer_id: int,
    given: Mapping[str, Any],
    *,
    attributes: Sequence[GivenValue] = (),
    form: AttributeForm | None = None,
    websites: Websites,
    by: Actor,
) -> tuple[int, list[str]]:
    """The new entry's key, and the input fields that were stored. `form` is that of a storefront."""
    customer = await lock_customer(connection, customer_id, websites=websites, path=["customerId"], with_settings=True)
    count, defaults = await read_book(connection, customer_id)
    rules = await read_address_rules(connection, customer.website_id)
    refusal = find_book_refusal(count, await setting(connection, PER_CUSTOMER))
    if refusal is not None:
        raise refusal
    key, refused, values = new_id(), CollectedErrors(), dict[str, Any]()
    own = edit_attributes_of_address(customer_id, key)
    with refused.collecting():
        values = validate_new_address(given, *rules, by_customer=_is_customer(by))
    with refused.collecting():
        free = {name: value for name, value in given.items() if not is_required(name, rules[0])}
        await refuse_fields_not_shown(connection, AttributeEntity.ADDRESS, form, free)
    with refused.collecting():
        await own.settle(connection, attributes, Door(customer.website_id, form, is_new=True, by=by))
    refused.raise_collected()
    await _refuse_taken_id(connection, customer_id, values)
    await _replace_defaults(connection, customer_id, values)
    number = to_e164(values["telephone"], values["country_code"])
    await insert_row(connection, address, {"customer_id": customer_id, "id": key, "telephone_e164": number, **values})
    mark_customers(connection, [customer_id], address)
    await own.store(connection)
    changes = {**describe_new_address(customer_id, key, values, defaults), **own.describe()}
    await record_address_change(connection, customer, "ADDRESS_CREATED", changes, by)
    return key, [*[field for field, column in COLUMNS.items() if values[column]], *own.names]


def find_book_refusal(count: int, limit: int) -> RuleError | None:
    """What forbids another address in a book with so many."""
    return _BOOK_FULL(limit=limit) if count >= limit else None


async def edit_address(
    connection: Connection,
    customer_id: int,
    key: int,
    given: Mapping[str, Any],
    *,
    attributes: Sequence[GivenValue] = (),
    form: AttributeForm | None = None,
    expected_version: int | None = None,
    websites: Websites,
    by: Actor,
) -> list[str]:
    """Input fields that were changed. Judged is what is given and what depends on it (docs/domain/addresses.md#addresses-13).
    `expected_version` is the customer's: addresses share its version."""
    customer, stored = await _lock_address(connection, customer_id, key, websites)
    if not by.is_blind:
        of_address = {"stored": stored, "record": address_id(stored), "expected": expected_version}
        given = await leave_out_untouched(connection, customer, given, COLUMNS, **of_address)
    own, refused, wanted = edit_attributes_of_address(customer_id, key), CollectedErrors(), dict[str, Any]()
    with refused.collecting():
        wanted = await _validate_edit(connection, customer, stored, given, form, by)
    with refused.collecting():
        door = Door(customer.website_id, form, by=by, is_blind=by.is_blind)
        await own.settle(connection, attributes, door, locked=customer, expected=expected_version)
    refused.raise_collected()
    changed = {column: value for column, value in wanted.items() if value != stored[column]}
    await _refuse_taken_id(connection, customer_id, changed)
    defaults = await read_default_ids(connection, customer_id)
    changes = describe_address_edit(stored, changed, defaults)
    # Which of the given fields conflict would tell those who see no addresses what is stored.
    judged = describe_address_edit(stored, wanted, defaults, keeps_equal=True) if by.is_blind else changes
    judged = {**judged, **own.describe(keeps_equal=by.is_blind)}
    await refuse_customer_conflicts(connection, customer, judged, expected=expected_version)
    if not changed and not own.changed:
        return []
    await _replace_defaults(connection, customer_id, changed)
    await update_address(connection, stored, changed)
    await own.store(connection)
    await record_address_change(connection, customer, "ADDRESS_UPDATED", {**changes, **own.describe()}, by)
    return [*[field for field, column in COLUMNS.items() if column in changed], *own.names]


async def _validate_edit(
    connection: Connection, customer: Row, stored: Row, given: Mapping[str, Any], form: AttributeForm | None, by: Actor
) -> dict[str, Any]:
    rules = await read_address_rules(connection, customer.website_id)
    new = {name: value for name, value in given.items() if not is_unchanged(value, stored[COLUMNS[name]])}
    free = {name: value for name, value in new.items() if not is_required(name, rules[0])}
    await refuse_fields_not_shown(connection, AttributeEntity.ADDRESS, form, free)
    return validate_address_edit(stored, given, *rules, judges_stored=by.is_blind, by_customer=_is_customer(by))


async def set_default_address(
    connection: Connection,
    customer_id: int,
    key: int,
    *,
    billing: bool,
    shipping: bool,
    websites: Websites,
    by: Actor,
) -> list[str]:
    """Input fields of an address that were changed by making it a default. An address is judged by what it says only when
    that is edited."""
    given = {
        field: True for field, chosen in (("isDefaultBilling", billing), ("isDefaultShipping", shipping)) if chosen
    }
    if not given:
        raise _NO_DEFAULT_CHOSEN()
    return await edit_address(connection, customer_id, key, given, websites=websites, by=by)


async def delete_address(connection: Connection, customer_id: int, key: int, *, websites: Websites, by: Actor) -> None:
    customer, stored = await _lock_address(connection, customer_id, key, websites)
    errors = [
        refusal(path=["id"])
        for refusal, is_default in (
            (_IS_DEFAULT_BILLING, stored.is_default_billing),
            (_IS_DEFAULT_SHIPPING, stored.is_default_shipping),
        )
        if is_default
    ]
    if errors:
        raise RuleErrors(errors)
    await delete_rows(connection, address, {"customer_id": customer_id, "id": key})
    mark_customers(connection, [customer_id], address)
    await record_address_change(connection, customer, "ADDRESS_DELETED", describe_lost_address(stored), by)


async def delete_addresses(connection: Connection, customer_id: int) -> Changes:
    """Empty the address book of a locked customer, defaults too; what it changed."""
    mark_customers(connection, [customer_id], address)
    gone = await fetch_rows(connection, _DELETE_BOOK, customer_id=customer_id)
    return {name: change for row in gone for name, change in describe_lost_address(row).items()}


async def clear_default_addresses(connection: Connection, customer_id: int) -> Changes:
    """No address of a locked customer is a default any more; what it changed."""
    found = await fetch_rows(connection, _FIND_DEFAULTS, customer_id=customer_id)
    cleared = dict.fromkeys(DEFAULTS, False)
    for row in found:
        await update_address(connection, row, cleared)
    return {name: change for row in found for name, change in describe_given_up_defaults(row).items()}


async def lock_default_billing_address(connection: Connection, customer_id: int) -> Row | None:
    return await fetch_one(connection, _LOCK_DEFAULT_BILLING, customer_id=customer_id)


async def update_address(connection: Connection, stored: Row, values: Mapping[str, Any]) -> None:
    telephone, country = (values.get(column, stored[column]) for column in ("telephone", "country_code"))
    written = {**values, "telephone_e164": to_e164(telephone, country), "updated_at": read_clock()}
    await update_rows(connection, address, {"customer_id": stored.customer_id, "id": stored.id}, written)
    mark_customers(connection, [stored.customer_id], address, written)


async def _lock_address(connection: Connection, customer_id: int, key: int, websites: Websites) -> tuple[Row, Row]:
    """The customer and the address. One of a customer outside of `websites` is unknown, like any other that is not there."""
    customer = (await lock_customers(connection, [customer_id], websites=websites)).get(customer_id)
    stored = await fetch_row(connection, address, {"customer_id": customer_id, "id": key})
    if customer is None or stored is None:
        raise ADDRESS_NOT_FOUND(path=["id"])
    return customer, stored


def _is_customer(by: Actor) -> bool:
    return by.kind is ActorKind.CUSTOMER


AddressBookRules: TypeAlias = tuple[SettingValues, Collection[str]]


async def read_address_rules(connection: Connection, website_id: int) -> AddressBookRules:
    """What a website asks for, and the countries it accepts."""
    shop = await settings_at(connection, *SETTINGS, website_id=website_id)
    return shop, await allowed_countries(connection, website_id)


async def read_rules_by_website(connection: Connection) -> dict[int, AddressBookRules]:
    """The same for every website, in few statements."""
    shops = await settings_by_website(connection, *SETTINGS)
    listed = {id: shop[COUNTRIES] for id, shop in shops.items()}
    is_shared = await accounts_are_shared(connection)
    return {
        id: (shop, combine_countries([*listed.values()] if is_shared else [listed[id]])) for id, shop in shops.items()
    }


async def _refuse_taken_id(connection: Connection, customer_id: int, values: Mapping[str, Any]) -> None:
    """The customer is locked, so nobody else takes it meanwhile."""
    external_id = values.get("external_id")
    if external_id is None:
        return
    if await fetch_row(connection, address, {"customer_id": customer_id, "external_id": external_id}) is not None:
        raise EXTERNAL_ID_TAKEN(path=["externalId"])


async def _replace_defaults(connection: Connection, customer_id: int, values: Mapping[str, Any]) -> None:
    for column in DEFAULTS:
        if values.get(column):
            former = {"customer_id": customer_id, column: True}
            await update_rows(connection, address, former, {column: False, "updated_at": read_clock()})
