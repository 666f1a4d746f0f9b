"""Changes of an address in the history of its customer, and edits that conflict with them.

Which address is a default is a field of the customer (docs/domain/addresses.md#addresses-16).
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import BigInteger, bindparam, func, or_, select

from customer_gql.core.actor import Actor
from customer_gql.core.concurrent_edits import Changes
from customer_gql.core.ids import encode_id
from customer_gql.customers.history.stored_values import describe_changes, name_stored_value
from customer_gql.customers.profile.writes import change_customer
from customer_gql.database.statements import Connection, Row, compile_statement, fetch_one, fetch_rows

from .fields import COLUMNS
from .tables import address

DEFAULTS: Final[Mapping[str, str]] = {
    "is_default_billing": name_stored_value("default_billing_address"),
    "is_default_shipping": name_stored_value("default_shipping_address"),
}
"""The column that marks a default address, and the name in the history of which one it is."""
CONTENT: Final = tuple(column for column in COLUMNS.values() if column not in DEFAULTS)

_is_default: Final = [address.c[column] for column in DEFAULTS]
_DEFAULTS: Final = compile_statement(
    select(address.c.customer_id, address.c.id, *_is_default).where(
        address.c.customer_id == bindparam("customer_id", type_=BigInteger()), or_(*_is_default)
    )
)

_COUNT: Final = compile_statement(
    select(
        func.count().label("total"),
        *[func.max(address.c.id).filter(address.c[column]).label(column) for column in DEFAULTS],
    ).where(address.c.customer_id == bindparam("customer_id", type_=BigInteger()))
)

DefaultIds = Mapping[str, str | None]
"""The public ids of a customer's default addresses, by the column that marks them."""


async def read_book(connection: Connection, customer_id: int) -> tuple[int, DefaultIds]:
    """How many addresses there are, and which are the defaults."""
    book = await fetch_one(connection, _COUNT, customer_id=customer_id)
    assert book is not None, "a count is always there"
    keys = {column: book[column] for column in DEFAULTS}
    return book.total, {
        column: None if key is None else encode_id("adr", customer_id, key) for column, key in keys.items()
    }


async def read_default_ids(connection: Connection, customer_id: int) -> DefaultIds:
    found = await fetch_rows(connection, _DEFAULTS, customer_id=customer_id)
    return {column: next((address_id(row) for row in found if row[column]), None) for column in DEFAULTS}


def describe_address_edit(
    stored: Row, values: Mapping[str, Any], defaults: DefaultIds, *, keeps_equal: bool = False
) -> Changes:
    """What storing the values in an entry changes: of it, and of the customer's defaults, which are `defaults` before. With
    `keeps_equal` also the values that it leaves as they are."""
    return {
        **describe_changes(stored, _content_of(values), record=address_id(stored), keeps_equal=keeps_equal),
        **_describe_defaults(values, defaults, address_id(stored)),
    }


def describe_new_address(customer_id: int, key: int, values: Mapping[str, Any], defaults: DefaultIds) -> Changes:
    record = encode_id("adr", customer_id, key)
    content = describe_changes(dict.fromkeys(CONTENT), _content_of(values), record=record)
    return {**content, **_describe_defaults(values, defaults, record)}


def describe_lost_address(stored: Row) -> Changes:
    content = describe_changes(stored, dict.fromkeys(CONTENT), record=address_id(stored))
    return {**content, **describe_given_up_defaults(stored)}


def describe_given_up_defaults(stored: Row) -> Changes:
    return {name: (address_id(stored), None) for column, name in DEFAULTS.items() if stored[column]}


def address_id(stored: Row) -> str:
    return encode_id("adr", stored.customer_id, stored.id)


async def record_address_change(connection: Connection, customer: Row, kind: str, changes: Changes, by: Actor) -> None:
    """An address counts as a part of the account, whose version therefore grows."""
    await change_customer(connection, customer, {}, kind=kind, by=by, also=changes)


def _content_of(values: Mapping[str, Any]) -> dict[str, Any]:
    return {column: value for column, value in values.items() if column not in DEFAULTS}


def _describe_defaults(values: Mapping[str, Any], defaults: DefaultIds, record: str) -> Changes:
    wanted = {column: record if values[column] else None for column in DEFAULTS if column in values}
    # An address that is not the default does not become more so by giving it up.
    return {
        DEFAULTS[column]: (defaults[column], id)
        for column, id in wanted.items()
        if id != defaults[column] and (id is not None or defaults[column] == record)
    }
