"""Edits of a customer by several people (docs/domain/concurrent-edits.md#concurrent-edits-3)."""

import enum
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import orjson

from customer_gql.core.concurrent_edits import Changes, VersionConflict, find_bases, refuse_conflicts
from customer_gql.core.text import normalize_text
from customer_gql.database.statements import Connection, Row

from .reads import read_customer_events
from .stored_values import describe_changes, without_record


async def leave_out_untouched(
    connection: Connection,
    locked: Row,
    given: Mapping[str, Any],
    columns: Mapping[str, str],
    *,
    expected: int | None,
    stored: Row | None = None,
    record: str | None = None,
) -> dict[str, Any]:
    """The fields of an edit without those that it gives as they were at the expected version, while somebody changed them
    since: a form that sends every field sends them too (docs/domain/concurrent-edits.md#concurrent-edits-10).

    `columns` are the columns of the fields, of the customer or of `stored`, which the history names with `record`.
    """
    if expected is None or expected >= locked.version:
        return dict(given)
    changes, is_whole = await read_changes_since(connection, locked, expected)
    bases = _tell_birth_year(find_bases(changes)) if is_whole else {}
    row = locked if stored is None else stored

    def is_untouched(name: str, value: Any) -> bool:
        shown = describe_changes(row, {columns[name]: _normalize_given(value)}, record=record, keeps_equal=True)
        return bool(shown) and all(field in bases and bases[field] == to for field, (_, to) in shown.items())

    return {name: value for name, value in given.items() if name not in columns or not is_untouched(name, value)}


def _tell_birth_year(bases: dict[str, Any]) -> dict[str, Any]:
    """The column of the year is empty where a date of birth is stored, and readers see its year."""
    date = bases.get("dateOfBirth")
    return bases if date is None else {**bases, "birthYear": int(date[:4])}


def _normalize_given(value: Any) -> Any:
    """A value that is not judged yet, as it would be stored."""
    if isinstance(value, enum.Enum):
        return value.value
    return (normalize_text(value) or None) if isinstance(value, str) else value


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
        conflicts = [replace(one, field=without_record(one.field)) for one in found.conflicts]
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
