"""Events of histories: who did what, from where, and each changed value before and after.

The history of customers and the history of staff are tables of this shape.
"""

import enum
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from typing import Any, Final

import orjson
from sqlalchemy import BigInteger, Column, ColumnElement, Table, Text, bindparam, case, func, insert, literal_column
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.schema import SchemaItem

from customer_gql.core.actor import Actor, ActorKind
from customer_gql.core.concurrent_edits import Changes
from customer_gql.core.ids import new_id
from customer_gql.core.viewer import Viewer
from customer_gql.database.pools import Database
from customer_gql.database.statements import Connection, Statement, compile_statement, execute_statement
from customer_gql.database.tables import created_at, one_of

ON_IMPERSONATION_REFUSED: Final[list[Callable[[Database, Viewer, str], Awaitable[object]]]] = []
"""What a slice writes down when staff signed in as a customer try an operation that is closed to them."""


def event_columns(actors: type[enum.Enum]) -> tuple[SchemaItem, ...]:
    """The columns of every history, beside its key and what it is about. `actors` are the kinds it knows."""
    return (
        created_at(),
        Column("kind", Text, nullable=False),
        Column("actor", Text, nullable=False),
        Column("actor_id", BigInteger),
        # Where the request came from; null for what no request caused.
        Column("address", Text),
        Column("changes", JSONB, nullable=False, server_default="{}"),
        one_of("actor", actors),
    )


def key_of_actor(history: Table, kind: ActorKind) -> ColumnElement[Any]:
    """The key of the actor of an entry; null for actors of other kinds. The kind is a constant, so that facets group by it."""
    return case((history.c.actor == literal_column(f"'{kind.value}'"), history.c.actor_id))


def key_of_staff(history: Table) -> ColumnElement[Any]:
    return key_of_actor(history, ActorKind.STAFF)


def select_staff(history: Table) -> ColumnElement[Any]:
    """The staff user who is the actor of an entry, as `staff_id`; null for other actors."""
    return key_of_staff(history).label("staff_id")


async def insert_event(
    connection: Connection, history: Table, kind: str, columns: Mapping[str, Any], changes: Changes, *, by: Actor
) -> None:
    """Write an event in the transaction that does what it tells: the columns that `event_columns` leaves out, and its
    changes. Secrets are never among these.

    The caller has locked what the event is about, so time is taken now and not when the transaction began.
    """
    event = {"id": new_id(), **columns, **told_by(kind, by), "changes": orjson.dumps(changes).decode()}
    await execute_statement(connection, _insert_statement(history, tuple(event)), **event)


@cache
def _insert_statement(history: Table, names: tuple[str, ...]) -> Statement:
    given: dict[str, Any] = {name: bindparam(name, type_=history.c[name].type) for name in names}
    return compile_statement(insert(history).values({**given, "created_at": func.clock_timestamp()}))


def told_by(kind: str, by: Actor) -> dict[str, Any]:
    """The columns of an event that tell what was done, who did it and from where."""
    return {"kind": kind, "actor": by.kind.value, "actor_id": by.id, "address": by.address}
