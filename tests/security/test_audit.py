"""Events of a history are written with their cause or not at all: who, from where, what changed."""

import uuid

import pytest

from customer_gql.core.actor import Actor, ActorKind
from customer_gql.customers.history.tables import customer_event
from customer_gql.security.audit import insert_event
from customer_gql.staff.tables import staff_event


async def test_a_sign_in_names_its_actor_and_address(identity):
    person = await identity.make_person()
    assert await identity.sign_in(person.email, address="192.0.2.77")
    event = (await identity.events(person))[-1]
    actor = (event.actor.lower(), event.actor_id, event.address)
    assert (event.kind, actor, event.changes) == ("SIGNED_IN", (identity.kind.value, person.id, "192.0.2.77"), "{}")


@pytest.mark.parametrize(
    ("history", "columns"),
    [(customer_event, {"customer_id": 1, "version": 1}), (staff_event, {"subject": "stf_1", "version": None})],
    ids=["customer", "staff"],
)
async def test_events_are_written_with_their_cause_or_not_at_all(history, columns, connection):
    kind, by = f"TESTED_{uuid.uuid4().hex}", Actor(ActorKind.SERVICE, 7, address="::1")
    written = f"SELECT actor, actor_id, address, changes FROM {history.name} WHERE kind = $1 ORDER BY id"
    transaction = connection.transaction()
    await transaction.start()
    for changes in ({"name": (None, "Ada"), "isActive": (False, True)}, {}):
        await insert_event(connection, history, kind, columns, changes, by=by)
    rows = [tuple(row) for row in await connection.fetch(written, kind)]
    assert rows == [
        ("SERVICE", 7, "::1", '{"name": [null, "Ada"], "isActive": [false, true]}'),
        ("SERVICE", 7, "::1", "{}"),
    ]
    await transaction.rollback()
    assert await connection.fetch(written, kind) == []
