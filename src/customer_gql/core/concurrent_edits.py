"""Edits of one record by several people: those of different fields merge, of the same field the later conflicts.

docs/domain/concurrent-edits.md#concurrent-edits-3. Nothing here knows where a record's history is; the caller passes in how it is read.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from .errors import Refusal, RuleError, UserErrorCode

Changes = Mapping[str, tuple[Any, Any]]
"""Fields by name with the value before and the value after."""
ReadChanges = Callable[[int], Awaitable[Iterable[Changes] | None]]
"""The changes of a record after a version, oldest first; None where the history lacks some of them."""

_VERSION_CONFLICT: Final = Refusal(
    "version.conflict", "Somebody else changed this since you read it: {fields}.", UserErrorCode.VERSION_CONFLICT
)
_VERSION_UNKNOWN: Final = Refusal("version.unknown", "There is no such version; the newest is {version!s}.")


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """A field that both the caller and somebody else changed: its input name, and its values as text.

    `base` is what the caller started from, `yours` what the caller wants, `stored` what is stored now.
    """

    field: str
    base: str | None
    yours: str | None
    stored: str | None


class VersionConflict(RuleError):
    """`customer_id` is set when the record is a customer or belongs to one."""

    def __init__(self, current_version: int, conflicts: list[FieldConflict], *, customer_id: int | None = None) -> None:
        fields = [conflict.field for conflict in conflicts]
        super().__init__(_VERSION_CONFLICT, {"fields": fields}, ["expectedVersion"])
        self.current_version = current_version
        self.conflicts = conflicts
        self.customer_id = customer_id


async def refuse_conflicts(
    edits: Changes,
    *,
    current: int,
    expected: int | None,
    changes_since: ReadChanges,
    relied_on: Mapping[str, Any] | None = None,
) -> None:
    """Raises `VersionConflict` when a field of `edits`, stored and wanted, was changed after the expected version, or when a
    field that the edits rely on, with the value stored now, was another then. Where the history lacks some of the changes, nobody
    knows what the caller started from, and every edit conflicts (docs/domain/concurrent-edits.md#concurrent-edits-8)."""
    if expected is None or expected == current:
        return
    if expected > current:
        raise _VERSION_UNKNOWN(path=["expectedVersion"], version=current)
    changes = await changes_since(expected)
    bases = dict.fromkeys(edits) if changes is None else find_bases(changes)
    moved = {field: (now, bases[field]) for field, now in (relied_on or {}).items() if bases.get(field, now) != now}
    _raise_conflicts({**edits, **moved}, current, bases)


def find_bases(changes: Iterable[Changes]) -> dict[str, Any]:
    """What each field was before the first of the changes, of those that they change."""
    bases: dict[str, Any] = {}
    for change in changes:
        for field, (before, _after) in change.items():
            bases.setdefault(field, before)
    return bases


def refuse_other_version(edits: Changes, *, current: int, expected: int | None, customer_id: int | None = None) -> None:
    """The same for records without a history of versions: what they contained at another version is unknown, so every
    field of `edits` conflicts."""
    if expected is not None and expected != current:
        _raise_conflicts(edits, current, dict.fromkeys(edits), customer_id)


def _raise_conflicts(edits: Changes, current: int, bases: Mapping[str, Any], customer_id: int | None = None) -> None:
    conflicts = [
        FieldConflict(field, value_text(bases[field]), yours=value_text(wanted), stored=value_text(stored))
        for field, (stored, wanted) in edits.items()
        if field in bases
    ]
    if conflicts:
        raise VersionConflict(current, conflicts, customer_id=customer_id)


def value_text(value: Any) -> str | None:
    """A value of a history as text: text as it is, anything else as JSON."""
    return value if value is None or isinstance(value, str) else orjson.dumps(value).decode()
