"""Edits made by two people: of different fields they merge, of the same field the later is a conflict (docs/domain/concurrent-edits.md#concurrent-edits-3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from customer_gql.core.concurrent_edits import FieldConflict, VersionConflict
from customer_gql.core.errors import RuleError
from customer_gql.customers.history.reads import CHANGES_SINCE
from customer_gql.database.statements import Connection, Row, fetch_rows


@dataclass(frozen=True, slots=True)
class Edit:
    """A field as it is stored and as it is wanted, both as the history shows them."""

    stored: str | None
    wanted: str | None


def shown(value: Any) -> str | None:
    """A value of the history as text."""
    return value if value is None or isinstance(value, str) else orjson.dumps(value).decode()


async def refuse_conflicts(connection: Connection, held: Row, edits: Mapping[str, Edit], expected: int) -> None:
    """Raises `VersionConflict` when a field was changed since the version the caller read."""
    current = held.version
    if expected > current:
        raise RuleError(f"The newest version is {current}.", path=["expectedVersion"])
    if expected == current:
        return
    base: dict[str, Any] = {}
    for event in await fetch_rows(connection, CHANGES_SINCE, customer_id=held.id, version=expected):
        for field, (before, _after) in orjson.loads(event.changes).items():
            base.setdefault(field, before)
    conflicts = [
        FieldConflict(field=field, base=shown(base[field]), yours=edit.wanted, stored=edit.stored)
        for field, edit in edits.items()
        if field in base
    ]
    if conflicts:
        raise VersionConflict(current, conflicts)
