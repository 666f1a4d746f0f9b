"""The history of staff: sign-ins, roles, service tokens, settings. Append-only, without secrets."""

from customer_gql.core.actor import Actor, ActorKind
from customer_gql.core.concurrent_edits import Changes
from customer_gql.database.statements import Connection
from customer_gql.security.audit import insert_event
from customer_gql.staff.tables import staff_event


def actor_without_token(staff_id: int | None, address: str | None) -> Actor:
    """The staff user that a caller without a token turned out to be; without one, an unknown actor."""
    kind = ActorKind.NOBODY if staff_id is None else ActorKind.STAFF
    return Actor(kind, staff_id, address=address)


async def record_staff_event(
    connection: Connection,
    kind: str,
    *,
    by: Actor,
    subject: str | None = None,
    changes: Changes | None = None,
    version: int | None = None,
) -> None:
    """Write what was done, in the transaction that does it.

    `subject` is the public id of what it was done to, `version` its version after it.
    """
    told = {"subject": subject, "version": version, "job_id": by.job_id}
    await insert_event(connection, staff_event, kind, told, changes or {}, by=by)
