"""Edits of a customer by several people (docs/domain/concurrent-edits.md#concurrent-edits-3)."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import orjson

from customer_gql.core.concurrent_edits import Changes, VersionConflict, refuse_conflicts
from customer_gql.database.statements import Connection, Row

from .reads import read_customer_events


async def refuse_customer_conflicts(
    connection: Connection,
    locked: Row,
    edits: Changes,
    *,
    expected: int | None,
    relied_on: Mapping[str, Any] | None = None,
) -> None:
    """`edits` and `relied_on` are named as the history names them, see `describe_changes`; a conflict is named without its
    record, as the input is. What an edit relies on is stored now and has to be what it was at the expected version."""
    try:
        await refuse_conflicts(
            edits,
            current=locked.version,
            expected=expected,
            changes_since=partial(_read_changes, connection, locked, edits),
            relied_on=relied_on,
        )
    except VersionConflict as found:
        conflicts = [replace(one, field=one.field.rpartition(".")[2]) for one in found.conflicts]
        raise VersionConflict(found.current_version, conflicts, customer_id=locked.id) from None


async def read_changes_since(connection: Connection, locked: Row, version: int) -> tuple[list[Changes], bool]:
    """What was changed after a version, oldest first, and whether the history has all of it."""
    events = await read_customer_events(connection, locked.id, version)
    is_whole = len({event.version for event in events}) == locked.version - version
    return [orjson.loads(event.changes) for event in events], is_whole


async def _read_changes(connection: Connection, locked: Row, edits: Changes, version: int) -> list[Changes]:
    """Where the history lacks some of the changes, nobody knows what the caller started from, and every value counts as
    changed (docs/domain/concurrent-edits.md#concurrent-edits-8)."""
    changes, is_whole = await read_changes_since(connection, locked, version)
    return changes if is_whole else [*changes, dict.fromkeys(edits, (None, None))]
