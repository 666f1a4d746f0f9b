"""Events are written by the transaction of the change they tell about."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import orjson
from sqlalchemy import ARRAY, BigInteger, Text, bindparam, column, func, insert, select, table
from sqlalchemy.dialects.postgresql import JSONB

from customer_gql.core.actor import Actor
from customer_gql.core.ids import new_id
from customer_gql.database.statements import Connection, compile_statement, execute_statement

from .event_types import EVENT_TYPES
from .tables import domain_event


@dataclass(frozen=True, slots=True)
class Event:
    """`subject` is the public id of what changed. Ids and field names only: an event holds no value of a field.

    Without `website_id` the event belongs to the website of the customer, who has to be there still.
    """

    subject: str
    changed_fields: Sequence[str] = ()
    customer_id: int | None = None
    website_id: int | None = None


# By name, because the table belongs to a slice above this one.
_customer: Final = table("customer", column("id", BigInteger), column("website_id", BigInteger))
_given = (
    func.jsonb_to_recordset(bindparam("events", type_=JSONB()))
    .table_valued(
        column("id", BigInteger),
        column("subject", Text),
        column("changed_fields", ARRAY(Text)),
        column("customer_id", BigInteger),
        column("website_id", BigInteger),
    )
    .render_derived(name="given", with_types=True)
)
_INSERT: Final = compile_statement(
    insert(domain_event).from_select(
        ["id", "type", "subject", "changed_fields", "customer_id", "website_id", "actor", "actor_id", "occurred_at"],
        select(
            _given.c.id,
            bindparam("type", type_=Text()),
            _given.c.subject,
            _given.c.changed_fields,
            _given.c.customer_id,
            func.coalesce(_given.c.website_id, _customer.c.website_id),
            bindparam("actor", type_=Text()),
            bindparam("actor_id", type_=BigInteger()),
            # The transaction may have begun long before, and waited for a lock.
            func.clock_timestamp(),
        ).select_from(_given.outerjoin(_customer, _customer.c.id == _given.c.customer_id)),
    )
)


async def emit(
    connection: Connection,
    event_type: str,
    subject: str,
    changed_fields: Sequence[str] = (),
    *,
    by: Actor,
    customer_id: int | None = None,
    website_id: int | None = None,
) -> None:
    """Write an event in the transaction of its change."""
    await emit_all(
        connection,
        event_type,
        [Event(subject, changed_fields, customer_id, website_id)],
        by=by,
    )


async def emit_all(connection: Connection, event_type: str, events: Sequence[Event], *, by: Actor) -> None:
    """The same for many events of one type, in one statement."""
    assert event_type in EVENT_TYPES, event_type
    if not events:
        return
    rows = [
        {
            "id": new_id(),
            "subject": event.subject,
            "changed_fields": list(event.changed_fields),
            "customer_id": event.customer_id,
            "website_id": event.website_id,
        }
        for event in events
    ]
    await execute_statement(
        connection, _INSERT, events=orjson.dumps(rows).decode(), type=event_type, actor=by.kind.value, actor_id=by.id
    )
