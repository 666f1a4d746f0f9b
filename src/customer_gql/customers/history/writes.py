from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, func, literal, literal_column, select

from customer_gql.core.actor import Actor
from customer_gql.core.concurrent_edits import Changes
from customer_gql.core.ids import encode_id, new_id
from customer_gql.database.statements import Connection
from customer_gql.messaging.events.event_types import event_type_by_history_kind
from customer_gql.messaging.events.writes import Event, emit_all
from customer_gql.security.audit import insert_events

from .kinds import HistoryKind
from .tables import customer_event

_MICROSECOND: Final = literal_column("interval '1 microsecond'")


async def record_customer_event(
    connection: Connection,
    customer_id: int,
    *,
    kind: HistoryKind,
    version: int,
    by: Actor,
    changes: Changes | None = None,
) -> None:
    """Write what was done to a customer, or by them, in the transaction that does it, and tell other systems."""
    await record_customer_events(connection, [(customer_id, version, changes or {})], kind=kind, by=by)


async def record_customer_events(
    connection: Connection,
    events: Sequence[tuple[int, int, Changes]],
    *,
    kind: HistoryKind,
    by: Actor,
    deleted_from: Mapping[int, int] | None = None,
) -> None:
    """The same for many customers at once: customer, version after it, and changes of each. The caller has locked them.

    `deleted_from` are the websites of customers who are gone.
    """
    rows = [
        (
            {
                "customer_id": customer_id,
                "version": version,
                "impersonator_id": by.impersonator_id,
                **_place_after_last(customer_id),
            },
            changes,
        )
        for customer_id, version, changes in events
    ]
    await insert_events(connection, customer_event, kind, rows, by=by)
    event_type = event_type_by_history_kind().get(kind)
    if event_type is not None:
        told = [
            Event(encode_id("cus", customer_id), sorted(changes), customer_id, (deleted_from or {}).get(customer_id))
            for customer_id, _, changes in events
        ]
        await emit_all(connection, event_type, told, by=by)


def _place_after_last(customer_id: int) -> dict[str, Any]:
    """Id and time of an entry. Under the customer's lock both follow those of the entry before, whatever the clocks of other
    processes say, so that order, times and versions agree (docs/domain/history.md#history-10)."""
    of_customer = customer_event.c.customer_id == customer_id
    last_id = select(func.max(customer_event.c.id)).where(of_customer).scalar_subquery()
    newest = select(customer_event.c.created_at).where(of_customer).order_by(customer_event.c.id.desc()).limit(1)
    return {
        "id": func.greatest(literal(new_id(), BigInteger()), last_id + 1),
        "created_at": func.greatest(func.clock_timestamp(), newest.scalar_subquery() + _MICROSECOND),
    }
