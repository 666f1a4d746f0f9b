"""Values of attributes that rows of an import state, from the temporary tables into the shop, batch by batch
(docs/domain/import.md#import-34)."""

import datetime as dt
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import update

from customer_gql.administration.customer_import.copied_rows.reading import beside, copy_customers
from customer_gql.administration.customer_import.long_statements import execute_long
from customer_gql.administration.customer_import.reading.report import CellProblem
from customer_gql.administration.customer_import.staging import BATCH_ROWS, ImportRun
from customer_gql.customers.attributes.tables import AttributeEntity
from customer_gql.customers.attributes.values.stated import StatedOutcome, StatedValues, state_values
from customer_gql.customers.history.writes import record_customer_events
from customer_gql.customers.profile.tables import customer
from customer_gql.database.statements import Connection, Row, equals_any, fetch_rows
from customer_gql.database.transactions import mark_customers

from .cells import parse_stated

# Of several rows of a customer each cell counts, and the later one of a column.
_MERGE: Final = """
UPDATE import_customer s SET attributes = merged.attributes
FROM (
    SELECT s.line, jsonb_object_agg(each.key, each.value ORDER BY p.line)::text AS attributes
    FROM import_customer s
    JOIN import_customer p ON p.email_normalised = s.email_normalised AND ($1::boolean OR p.website_id = s.website_id)
        AND p.line <= s.line AND p.attributes IS NOT NULL
    CROSS JOIN LATERAL jsonb_each(p.attributes::jsonb) AS each
    GROUP BY s.line
) AS merged
WHERE merged.line = s.line
"""
_IS_ANY: Final = "SELECT EXISTS (SELECT FROM import_customer WHERE attributes IS NOT NULL)"
_OF_CUSTOMERS: Final = """
SELECT s.line, s.attributes, c.id AS customer_id, c.website_id, s.owner_id = s.customer_id AS is_new
FROM import_customer s JOIN customer c ON c.id = s.owner_id
WHERE s.attributes IS NOT NULL AND EXISTS (SELECT FROM import_lock l WHERE l.customer_id = c.id)
ORDER BY c.id, s.line
"""
_OF_ADDRESSES: Final = """
SELECT s.line, s.attributes, c.id AS customer_id, s.address_id, c.website_id,
    EXISTS (SELECT FROM import_customer n WHERE n.owner_id = c.id AND n.customer_id = c.id) AS is_new
FROM import_address s JOIN customer c ON c.id = s.customer_id
WHERE s.attributes IS NOT NULL
ORDER BY c.id, s.address_id, s.line
"""
_OWNERS: Final = {
    AttributeEntity.CUSTOMER: "SELECT owner_id FROM import_customer WHERE attributes IS NOT NULL",
    AttributeEntity.ADDRESS: "SELECT customer_id FROM import_address WHERE attributes IS NOT NULL",
}
_STATED: Final = {AttributeEntity.CUSTOMER: _OF_CUSTOMERS, AttributeEntity.ADDRESS: _OF_ADDRESSES}
LOCKS_OF_CUSTOMERS: Final = """
INSERT INTO import_lock SELECT owner_id FROM import_customer WHERE owner_id IS NOT NULL AND attributes IS NOT NULL
"""
LOCKS_OF_ADDRESSES: Final = """
INSERT INTO import_lock SELECT customer_id FROM import_address WHERE customer_id IS NOT NULL AND attributes IS NOT NULL
"""
"""The customers whose values are compared with those of the file."""


@dataclass(frozen=True, slots=True)
class StoredAttributes:
    """Records whose values changed, by the line that named each last, and the cells that were refused by what is stored now."""

    lines: Mapping[int, tuple[int, ...]]
    refused: Sequence[tuple[int, CellProblem]]


async def merge_attributes(connection: Connection, *, is_shared: bool) -> None:
    """Before the rows of a customer become one."""
    if await connection.fetchval(_IS_ANY):
        await execute_long(connection, _MERGE, is_shared)


async def store_attributes(connection: Connection, entity: AttributeEntity, desk: ImportRun) -> StoredAttributes:
    """After the records are stored, whose customers are locked."""
    lines, refused = dict[int, tuple[int, ...]](), list[tuple[int, CellProblem]]()
    await copy_customers(connection, _OWNERS[entity])
    async for rows in _batches(connection, beside(_STATED[entity])):
        records = dict[tuple[int, ...], list[Row]]()
        for row in rows:
            records.setdefault(_key(entity, row), []).append(row)
        stated = {
            key: StatedValues(
                found[-1].website_id, {code: one for row in found for code, one in _parse_row(row).items()}
            )
            for key, found in records.items()
        }
        outcome = await state_values(connection, entity, stated)
        await _record_changed(connection, outcome, {key[0] for key, found in records.items() if found[-1].is_new}, desk)
        lines |= {records[key][-1].line: key for key in outcome.records}
        for key, code, reason in outcome.refused:
            line = next(row.line for row in reversed(records[key]) if code in _parse_row(row))
            refused.append((line, CellProblem(code, reason)))
    return StoredAttributes(lines, refused)


def _key(entity: AttributeEntity, row: Row) -> tuple[int, ...]:
    return (row.customer_id,) if entity is AttributeEntity.CUSTOMER else (row.customer_id, row.address_id)


def _parse_row(row: Row) -> dict[str, Any]:
    stated = parse_stated(row.attributes)
    for one in stated.values():
        if one is not None and "date" in one:
            one["date"] = dt.date.fromisoformat(one["date"])
    return stated


async def _batches(connection: Connection, sql: str) -> AsyncIterator[list[Row]]:
    """All rows of a record in one batch."""
    batch: list[Row] = []
    async for row in connection.cursor(sql, prefetch=BATCH_ROWS):
        if len(batch) >= BATCH_ROWS and row.customer_id != batch[-1].customer_id:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


async def _record_changed(connection: Connection, outcome: StatedOutcome, new: set[int], desk: ImportRun) -> None:
    """A customer who is new with the import has the entry of the creation alone."""
    changed = sorted(outcome.changes.keys() - new)
    if not changed:
        return
    stored = {"version": customer.c.version + 1, "updated_at": desk.now}
    counted = update(customer).where(equals_any(customer.c.id, changed)).values(stored)
    versions = await fetch_rows(connection, counted.returning(customer.c.id, customer.c.version))
    mark_customers(connection, changed, customer, stored)
    events = [(one.id, one.version, outcome.changes[one.id]) for one in sorted(versions, key=lambda one: one.id)]
    await record_customer_events(connection, events, kind="IMPORTED", by=desk.by)


__all__ = ["LOCKS_OF_ADDRESSES", "LOCKS_OF_CUSTOMERS", "StoredAttributes", "merge_attributes", "store_attributes"]
