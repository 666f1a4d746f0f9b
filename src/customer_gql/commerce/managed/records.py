"""Records that staff manage, as price rules and tax rates: created, changed by version and deleted, each change with its entry in
the history of staff (docs/domain/concurrent-edits.md#concurrent-edits-3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import orjson
from sqlalchemy import Table, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import JSONB

from customer_gql.core.actor import Actor
from customer_gql.core.concurrent_edits import refuse_conflicts
from customer_gql.core.errors import Refusal
from customer_gql.core.ids import encode_id, new_id
from customer_gql.database.record_versions import lock_record
from customer_gql.database.statements import Connection, Row, execute_statement, fetch_one, fetch_value
from customer_gql.staff.audit.reads import read_staff_changes
from customer_gql.staff.audit.writes import record_staff_event

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagedKind:
    """`fields` are the columns that staff decide, with their names in inputs. `prefixes` are those of the ids that columns hold,
    one or several. `event_prefix` begins the kinds of events."""

    table: Table
    prefix: str
    event_prefix: str
    fields: Mapping[str, str]
    not_found: Refusal
    limit: int
    limit_reached: Refusal
    prefixes: Mapping[str, str] = field(default_factory=dict[str, str])

    def describe(self, before: Values, after: Values) -> dict[str, tuple[Any, Any]]:
        """What differs, by input name."""
        return {
            name: (self._show(column, before.get(column)), self._show(column, after[column]))
            for column, name in self.fields.items()
            if column in after and after[column] != before.get(column)
        }

    def _show(self, column: str, value: Any) -> Any:
        prefix = self.prefixes.get(column)
        if prefix is not None and value is not None:
            return [encode_id(prefix, id) for id in value] if isinstance(value, list) else encode_id(prefix, value)
        return str(value) if isinstance(value, Decimal | date) else value

    def stored(self, values: Values) -> dict[str, Any]:
        """As the driver takes them."""
        of_json = {column.name for column in self.table.columns if isinstance(column.type, JSONB)}
        return {
            name: orjson.dumps(value).decode() if name in of_json and value is not None else value
            for name, value in values.items()
        }


def read_row(table: Table, row: Row) -> dict[str, Any]:
    """A row with the values of its JSON columns, not their texts."""
    of_json = {column.name for column in table.columns if isinstance(column.type, JSONB)}
    return {
        name: orjson.loads(value) if name in of_json and isinstance(value, str) else value
        for name, value in row.items()
    }


async def begin_creating(connection: Connection, of: ManagedKind) -> None:
    """One is created at a time, so that there are never too many."""
    await lock_record(connection, f"{of.table.name} list")
    if await fetch_value(connection, select(func.count()).select_from(of.table)) >= of.limit:
        raise of.limit_reached(limit=of.limit)


async def create_managed(connection: Connection, of: ManagedKind, values: Values, *, by: Actor) -> int:
    """Store a valid record, after `begin_creating`; its key."""
    key = new_id()
    await execute_statement(connection, insert(of.table).values(id=key, **of.stored(values)))
    subject, changes = encode_id(of.prefix, key), of.describe({}, values)
    await record_staff_event(
        connection, f"{of.event_prefix}_CREATED", by=by, subject=subject, changes=changes, version=1
    )
    return key


async def lock_managed(connection: Connection, of: ManagedKind, key: int, path: str = "id") -> dict[str, Any]:
    """The record, which nobody else changes or refers to for the first time until the transaction ends."""
    found = await fetch_one(connection, select(of.table).where(of.table.c.id == key).with_for_update())
    if found is None:
        raise of.not_found(path=[path])
    return read_row(of.table, found)


async def change_managed(
    connection: Connection,
    of: ManagedKind,
    stored: Values,
    values: Values,
    *,
    expected_version: int | None,
    by: Actor,
) -> bool:
    """Store what differs from the locked record; whether anything does. Raises `VersionConflict`."""
    changes, version = of.describe(stored, values), stored["version"] + 1
    if not changes:
        return False
    subject = encode_id(of.prefix, stored["id"])
    await refuse_conflicts(
        changes,
        current=stored["version"],
        expected=expected_version,
        changes_since=partial(read_staff_changes, connection, subject),
    )
    changed = update(of.table).where(of.table.c.id == stored["id"])
    await execute_statement(connection, changed.values(**of.stored(values), version=version))
    await record_staff_event(
        connection, f"{of.event_prefix}_CHANGED", by=by, subject=subject, changes=changes, version=version
    )
    return True


async def delete_managed(connection: Connection, of: ManagedKind, stored: Values, *, by: Actor) -> None:
    """Delete the locked record, which nothing uses."""
    await execute_statement(connection, delete(of.table).where(of.table.c.id == stored["id"]))
    empty: dict[str, Any] = dict.fromkeys(of.fields)
    changes = of.describe(stored, empty)
    await record_staff_event(
        connection, f"{of.event_prefix}_DELETED", by=by, subject=encode_id(of.prefix, stored["id"]), changes=changes
    )
