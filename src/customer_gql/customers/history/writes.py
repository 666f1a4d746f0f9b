from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from sqlalchemy import insert

from customer_gql.core.ids import new_id
from customer_gql.core.viewer import Viewer, ViewerKind
from customer_gql.database.statements import Connection, execute_statement

from .tables import Actor, customer_event

Changes = Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class By:
    """Who did it."""

    actor: Actor
    id: int | None = None
    impersonator_id: int | None = None
    address: str | None = None


SYSTEM: Final = By(Actor.SYSTEM)


def acting(viewer: Viewer, address: str | None = None) -> By:
    """The viewer as the history names them, with both identities while staff is signed in as the customer.

    `address` is the trusted peer's; without it the one the viewer carries, if it does.
    """
    address = address or viewer.address
    if viewer.kind is ViewerKind.STAFF:
        return By(Actor.STAFF, viewer.staff_id, address=address)
    if viewer.kind is ViewerKind.CUSTOMER:
        return By(Actor.CUSTOMER, viewer.customer_id, viewer.staff_id, address)
    if viewer.kind is ViewerKind.SERVICE:
        return By(Actor.SERVICE, viewer.service_id, address=address)
    # A guest, as at sign-up, is the customer to be.
    return By(Actor.CUSTOMER, viewer.customer_id, address=address)


async def record(
    connection: Connection, customer_id: int, *, kind: str, version: int, by: By, changes: Changes | None = None
) -> None:
    """Write what was done, in the transaction that does it. Secrets never stand in `changes`."""
    await record_all(connection, [(customer_id, version, changes or {})], kind=kind, by=by)


async def record_all(connection: Connection, done: Sequence[tuple[int, int, Changes]], *, kind: str, by: By) -> None:
    """The same for many customers at once: (customer, version, changes) of each."""
    if not done:
        return
    events = [
        {
            "customer_id": customer_id,
            "id": new_id(),
            "kind": kind,
            "version": version,
            "actor": by.actor.value,
            "actor_id": by.id,
            "impersonator_id": by.impersonator_id,
            "address": by.address,
            "changes": orjson.dumps({field: list(pair) for field, pair in changes.items()}).decode(),
        }
        for customer_id, version, changes in done
    ]
    await execute_statement(connection, insert(customer_event).values(events))
