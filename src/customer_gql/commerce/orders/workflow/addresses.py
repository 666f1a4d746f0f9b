"""The addresses of an order, which staff can correct until it is finished (docs/domain/orders.md#orders-16)."""

import enum
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert

from customer_gql.commerce.orders.tables import sales_order_address
from customer_gql.core.actor import Actor
from customer_gql.core.errors import validate_together
from customer_gql.core.text import validate_line
from customer_gql.customers.addresses.fields import COUNTRY_NOT_ACCEPTED, validate_address_field
from customer_gql.customers.addresses.validation import validate_country
from customer_gql.customers.addresses.writes import read_address_rules
from customer_gql.database.statements import Connection, execute_statement, fetch_one
from customer_gql.shop.countries.countries import find_country

from .actions import OrderAction
from .tables import OrderEntryKind
from .writes import LockedOrder, judge, record_action

MAX_NAME: Final = 511
"""Two names of 255 characters and a blank."""
_COLUMNS: Final = {
    "name": "name",
    "company": "company",
    "street": "street",
    "city": "city",
    "region": "region",
    "postcode": "postcode",
    "countryCode": "country_code",
    "telephone": "telephone",
}


class OrderAddressKind(enum.StrEnum):
    BILLING = "BILLING"
    SHIPPING = "SHIPPING"


async def update_order_address(
    connection: Connection, order: LockedOrder, kind: OrderAddressKind, given: Mapping[str, Any], *, by: Actor
) -> None:
    """Store an address in the place of the one there is, by names of the input. Raises `RuleErrors`."""
    judge(order, OrderAction.UPDATE_ADDRESS)
    values = await _validate_address(connection, order.website_id, given)
    table = sales_order_address
    of_kind = (
        table.c.customer_id == order.row.customer_id,
        table.c.order_id == order.row.id,
        table.c.kind == kind.value,
    )
    stored = await fetch_one(connection, select(table).where(*of_kind))
    prefix = kind.value.lower()
    before = {column: None if stored is None else stored[column] for column in values}
    changes = {
        f"{prefix}.{field}": (before[column], values[column])
        for field, column in _COLUMNS.items()
        if before[column] != values[column]
    }
    if not changes:
        return
    put = upsert(table).values(**order.key, kind=kind.value, **values)
    await execute_statement(
        connection, put.on_conflict_do_update(index_elements=["customer_id", "order_id", "kind"], set_=values)
    )
    shown = {f"{prefix}_name": values["name"]}
    if kind is OrderAddressKind.BILLING:
        shown["company"] = values["company"]
    await record_action(connection, order, OrderEntryKind.ADDRESS_CHANGED, values=shown, changes=changes, by=by)


async def _validate_address(connection: Connection, website_id: int, given: Mapping[str, Any]) -> dict[str, Any]:
    """By the rules for address books of the website."""
    shop, countries = await read_address_rules(connection, website_id)
    code = (given["countryCode"] or "").strip().upper()
    country = find_country(code)

    def country_code() -> str:
        found = validate_country(given["countryCode"], ["countryCode"])
        if countries and found.code not in countries:
            raise COUNTRY_NOT_ACCEPTED(path=["countryCode"], country=found.code)
        return found.code

    rules: dict[str, Any] = {"name": partial(validate_line, given["name"], ["name"], MAX_NAME, required=True)}
    for field in ("company", "street", "city", "region", "postcode", "telephone"):
        rules[field] = partial(validate_address_field, field, given[field], shop, country, [field])
    values = validate_together({**rules, "country_code": country_code})
    return {**values, "region": values["region"].name}
