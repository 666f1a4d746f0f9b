"""What was done on the side of staff: sign-ins, roles, service tokens, settings. Append-only, never a secret in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from sqlalchemy import insert

from customer_gql.core.ids import new_id
from customer_gql.core.viewer import GUEST, Viewer, ViewerKind
from customer_gql.database.statements import Connection, execute_statement
from customer_gql.staff.tables import StaffActor, staff_event

Changes = Mapping[str, tuple[Any, Any]]
_ACTORS: Final = {ViewerKind.STAFF: StaffActor.STAFF, ViewerKind.SERVICE: StaffActor.SERVICE}


@dataclass(frozen=True, slots=True)
class Acting:
    """Who does something, what they hold, and from where. Without a viewer it is the command line."""

    viewer: Viewer | None
    address: str | None = None

    @property
    def actor(self) -> tuple[StaffActor, int | None]:
        if self.viewer is None:
            return StaffActor.SYSTEM, None
        actor = _ACTORS.get(self.viewer.kind, StaffActor.NOBODY)
        return actor, self.viewer.staff_id if actor is StaffActor.STAFF else self.viewer.service_id


SYSTEM: Final = Acting(None)


def acting(context: Any) -> Acting:
    return Acting(context.viewer, context.caller.address)


def signing_in(staff_id: int | None, address: str | None) -> Acting:
    """Somebody without a token: the staff user they turned out to be, or nobody."""
    viewer = GUEST if staff_id is None else Viewer(ViewerKind.STAFF, staff_id=staff_id)
    return Acting(viewer, address)


async def record(
    connection: Connection,
    kind: str,
    *,
    by: Acting,
    subject: str | None = None,
    changes: Changes | None = None,
    version: int | None = None,
) -> None:
    """Write what was done, in the transaction that does it.

    `subject` is the public id of what it was done to, `version` its version after it.
    """
    actor, actor_id = by.actor
    await execute_statement(
        connection,
        insert(staff_event).values(
            id=new_id(),
            kind=kind,
            actor=actor.value,
            actor_id=actor_id,
            subject=subject,
            address=by.address,
            version=version,
            changes=orjson.dumps({name: list(pair) for name, pair in (changes or {}).items()}).decode(),
        ),
    )
