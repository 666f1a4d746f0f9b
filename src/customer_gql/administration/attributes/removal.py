"""Removing what is stored of an attribute or of some of its options, from customers that the caller has locked."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.sql.elements import ColumnElement

from customer_gql.core.actor import Actor
from customer_gql.core.clock import read_clock
from customer_gql.core.concurrent_edits import Changes
from customer_gql.core.ids import encode_id
from customer_gql.customers.attributes.tables import AttributeEntity, AttributeType
from customer_gql.customers.attributes.values.given import show_value
from customer_gql.customers.attributes.values.reads import collect_value
from customer_gql.customers.attributes.values.tables import TABLES
from customer_gql.customers.attributes.values.writes import PREFIX
from customer_gql.customers.history.writes import record_customer_events
from customer_gql.customers.profile.tables import customer
from customer_gql.database.statements import Connection, Row, equals_any, execute_statement, fetch_rows, fetch_value
from customer_gql.database.transactions import mark_customers

_OWNERS: Final = {
    AttributeEntity.CUSTOMER: ("customer_id",),
    AttributeEntity.ADDRESS: ("customer_id", "address_id"),
}


def select_holders(row: Row, codes: Sequence[str] | None) -> Select[Any]:
    """Ids of the customers for which something of an attribute is stored, or of the options of these codes."""
    values = TABLES[AttributeEntity(row.entity)]
    return select(values.c.customer_id.label("id")).where(*_of_attribute(values, row.id, codes)).distinct()


async def count_holders(connection: Connection, row: Row, codes: Sequence[str] | None, limit: int) -> int:
    """How many there are, as far as a limit."""
    counted = select_holders(row, codes).limit(limit).subquery("counted")
    return await fetch_value(connection, select(func.count()).select_from(counted))


async def remove_values(
    connection: Connection, locked: Mapping[int, Row], row: Row, codes: Sequence[str] | None, *, by: Actor
) -> set[int]:
    """Remove them and write history; the customers who had some."""
    entity, changes = AttributeEntity(row.entity), dict[int, dict[str, tuple[Any, Any]]]()
    values, ids = TABLES[entity], sorted(locked)
    owner = [values.c[name] for name in _OWNERS[entity]]
    found = select(values).where(equals_any(values.c.customer_id, ids), values.c.attribute_id == row.id)
    stored = await fetch_rows(connection, found.order_by(*owner, values.c.place))
    for key, group in groupby(stored, lambda one: tuple(one[name] for name in _OWNERS[entity])):
        rows = list(group)
        kept = [] if codes is None else [one for one in rows if one.option_code not in codes]
        if len(kept) < len(rows):
            name = f"{PREFIX}{row.code}" if len(key) == 1 else f"{encode_id('adr', *key)}.{PREFIX}{row.code}"
            changes.setdefault(key[0], {})[name] = (_show_rows(row, rows), _show_rows(row, kept))
    if not changes:
        return set()
    gone = (equals_any(values.c.customer_id, sorted(changes)), *_of_attribute(values, row.id, codes))
    await execute_statement(connection, delete(values).where(*gone))
    mark_customers(connection, changes, values)
    await _record(connection, changes, by)
    return set(changes)


async def _record(connection: Connection, changes: Mapping[int, Changes], by: Actor) -> None:
    stored = {"version": customer.c.version + 1, "updated_at": read_clock()}
    counted = update(customer).where(equals_any(customer.c.id, sorted(changes))).values(stored)
    versions = await fetch_rows(connection, counted.returning(customer.c.id, customer.c.version))
    mark_customers(connection, changes, customer, stored)
    events = [(one.id, one.version, changes[one.id]) for one in sorted(versions, key=lambda one: one.id)]
    await record_customer_events(connection, events, kind="EDITED", by=by)


def _show_rows(row: Row, rows: Sequence[Row]) -> Any:
    return show_value(collect_value(AttributeType(row.type), rows)) if rows else None


def _of_attribute(values: Any, attribute_id: int, codes: Sequence[str] | None) -> Iterable[ColumnElement[bool]]:
    of_attribute = [values.c.attribute_id == attribute_id]
    return of_attribute if codes is None else [*of_attribute, equals_any(values.c.option_code, list(codes))]
