from collections.abc import Sequence

from customer_gql.core.actor import Actor
from customer_gql.core.concurrent_edits import Changes
from customer_gql.database.statements import Connection
from customer_gql.security.audit import insert_events

from .tables import customer_event


async def record_customer_event(
    connection: Connection, customer_id: int, *, kind: str, version: int, by: Actor, changes: Changes | None = None
) -> None:
    """Write what was done to a customer, or by them, in the transaction that does it."""
    await record_customer_events(connection, [(customer_id, version, changes or {})], kind=kind, by=by)


async def record_customer_events(
    connection: Connection, events: Sequence[tuple[int, int, Changes]], *, kind: str, by: Actor
) -> None:
    """The same for many customers at once: customer, version after it, and changes of each."""
    rows = [
        ({"customer_id": customer_id, "version": version, "impersonator_id": by.impersonator_id}, changes)
        for customer_id, version, changes in events
    ]
    await insert_events(connection, customer_event, kind, rows, by=by)
