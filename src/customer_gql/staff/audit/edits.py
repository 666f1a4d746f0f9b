"""A staff user or role edited by two: of different fields the edits merge, of the same field the later is a conflict."""

from typing import Any, Final

import orjson
from sqlalchemy import select

from customer_gql.core.concurrent_edits import Changes, FieldConflict, VersionConflict
from customer_gql.core.errors import RuleError
from customer_gql.database.statements import Connection, fetch_rows
from customer_gql.staff.tables import staff_event

EXPECTED_VERSION: Final = (
    "The version the edit was made on: what others changed since is kept, and a conflict where it is the same field. "
    "Without it the last edit wins."
)


async def refuse_conflicts(
    connection: Connection, subject: str, edits: Changes, *, current: int, expected: int | None
) -> None:
    """Raises `VersionConflict` when a field of `edits` (stored, wanted) was changed since the version that was read."""
    if expected is None or expected == current:
        return
    if expected > current:
        raise RuleError(f"The newest version is {current}.", path=["expectedVersion"])
    since = select(staff_event.c.changes).where(staff_event.c.subject == subject, staff_event.c.version > expected)
    base: dict[str, Any] = {}
    for event in await fetch_rows(connection, since.order_by(staff_event.c.version)):
        for field, (before, _after) in orjson.loads(event.changes).items():
            base.setdefault(field, before)
    conflicts = [
        FieldConflict(field=field, base=_shown(base[field]), yours=_shown(wanted), stored=_shown(stored))
        for field, (stored, wanted) in edits.items()
        if field in base
    ]
    if conflicts:
        raise VersionConflict(current, conflicts)


def _shown(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else orjson.dumps(value).decode()
