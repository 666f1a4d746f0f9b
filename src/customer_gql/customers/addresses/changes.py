"""Changes of an address in the history of its customer, and edits that conflict with them."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

from customer_gql.core.actor import Actor
from customer_gql.core.concurrent_edits import VersionConflict, refuse_conflicts
from customer_gql.core.ids import encode_id
from customer_gql.customers.history.reads import read_customer_changes
from customer_gql.customers.history.writes import record_customer_event
from customer_gql.customers.profile.writes import update_customer
from customer_gql.database.statements import Connection, Row

from .fields import COLUMNS

# Quick edit of the grid names these without the address, because it edits them of the default billing address.
_GRID_FIELDS: Final = ("telephone", "postcode")


async def refuse_address_conflicts(
    connection: Connection, customer: Row, stored: Row, changed: Mapping[str, Any], expected: int | None
) -> None:
    """Only changes of this entry conflict (docs/domain/addresses.md#addresses-15)."""
    prefix = encode_id("adr", customer.id, stored.id) + "."
    edits = {field: (stored[column], changed[column]) for field, column in COLUMNS.items() if column in changed}
    in_grid = {field: edit for field, edit in edits.items() if stored.is_default_billing and field in _GRID_FIELDS}
    try:
        await refuse_conflicts(
            {prefix + field: edit for field, edit in edits.items()} | in_grid,
            current=customer.version,
            expected=expected,
            changes_since=partial(read_customer_changes, connection, customer.id),
        )
    except VersionConflict as found:
        by_field = {one.field.removeprefix(prefix): one for one in reversed(found.conflicts)}
        conflicts = [replace(one, field=field) for field, one in by_field.items()]
        raise VersionConflict(found.current_version, conflicts) from None


async def record_address_change(
    connection: Connection,
    customer: Row,
    key: int,
    kind: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    by: Actor,
) -> None:
    """An address counts as a part of the account, whose version therefore grows."""
    name = encode_id("adr", customer.id, key)
    changes = {
        f"{name}.{field}": (before.get(column), after.get(column))
        for field, column in COLUMNS.items()
        if before.get(column) != after.get(column)
    }
    version = await update_customer(connection, customer, {})
    await record_customer_event(connection, customer.id, kind=kind, version=version, by=by, changes=changes)
