"""Events are written by the transaction of the change they tell about."""

from collections.abc import Collection, Sequence
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    FromClause,
    Insert,
    Integer,
    Text,
    any_,
    bindparam,
    cast,
    column,
    func,
    insert,
    literal_column,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import JSONB

from customer_gql.core.actor import Actor
from customer_gql.core.ids import encode_id_in_sql, new_ids
from customer_gql.database.distribution.forms import are_forms_distributed, for_one_machine
from customer_gql.database.statements import Connection, Statement, compile_statement, execute_statement, fetch_rows

from .event_types import EVENT_TYPES
from .tables import domain_event


class Event(NamedTuple):
    """`subject` is the public id of what changed, `version` that of the customer after it. Ids and field names only: an
    event holds no value of a field.

    Without a website the event belongs to that of the customer, who has to be there still. One of several websites is read
    by those who reach all of them, and one of none by those who reach every website.
    """

    type: str
    subject: str
    changed_fields: Sequence[str] = ()
    customer_id: int | None = None
    website_id: int | None = None
    website_ids: Sequence[int] | None = None
    version: int | None = None


# By name, because the table belongs to a slice above this one.
_customer: Final = table("customer", column("id", BigInteger), column("website_id", BigInteger))
_COLUMNS: Final = {
    "id": BigInteger(),
    "type": Text(),
    "subject": Text(),
    "changed_fields": ARRAY(Text),
    "customer_id": BigInteger(),
    "website_ids": ARRAY(BigInteger),
    "version": Integer(),
}
_given = (
    func.jsonb_to_recordset(bindparam("events", type_=JSONB()))
    .table_valued(*[column(name, type_) for name, type_ in _COLUMNS.items()], column("website_id", BigInteger))
    .render_derived(name="given", with_types=True)
)
_by: Final = {"actor": Text(), "actor_id": BigInteger(), "job_id": BigInteger()}


def _insert_given(website_id: ColumnElement[Any], source: FromClause) -> Statement:
    columns = [
        *[_given.c[name] for name in _COLUMNS],
        website_id,
        *[bindparam(name, type_=type_) for name, type_ in _by.items()],
        # The transaction may have begun long before, and waited for a lock.
        func.clock_timestamp(),
    ]
    rows = select(*columns).select_from(source).order_by(_given.c.id)
    return compile_statement(insert(domain_event).from_select([*_COLUMNS, "website_id", *_by, "occurred_at"], rows))


_INSERT: Final = for_one_machine(
    _insert_given(
        func.coalesce(_given.c.website_id, _customer.c.website_id),
        _given.outerjoin(_customer, _customer.c.id == _given.c.customer_id),
    )
)
_INSERT_WITH_WEBSITES: Final = _insert_given(_given.c.website_id, _given)
_WEBSITES: Final = compile_statement(
    select(_customer.c.id, _customer.c.website_id).where(
        _customer.c.id == any_(bindparam("ids", type_=ARRAY(BigInteger())))
    )
)


# Events of many customers: what they have in common comes once, and the rest as arrays, as text because that is written fastest.
# In a subquery, so that the planner does not see how many there are: it would plan for their number each time.
_ARRAYS: Final = {
    "customer_id": BigInteger(),
    "version": Integer(),
    "website_id": BigInteger(),
    "kind": Integer(),
}
_arrays = [
    cast(select(bindparam(f"{name}s", type_=Text())).scalar_subquery(), ARRAY(type_)) for name, type_ in _ARRAYS.items()
]
_changed = (
    func.unnest(*_arrays)
    .table_valued(*[column(name, type_) for name, type_ in _ARRAYS.items()], with_ordinality="place")
    .render_derived(name="changed")
)
_kinds = (
    func.jsonb_to_recordset(bindparam("shared", type_=JSONB()))
    .table_valued(
        column("kind", Integer), column("place", Integer), column("type", Text), column("changed_fields", ARRAY(Text))
    )
    .render_derived(name="kinds", with_types=True)
)
_number: Any = func.row_number().over(order_by=[_changed.c.place, _kinds.c.place])
_first_id: Any = bindparam("first_id", type_=BigInteger())


def _insert_changed(
    website_id: ColumnElement[Any], source: FromClause, version: ColumnElement[Any] = _changed.c.version
) -> Insert:
    return insert(domain_event).from_select(
        ["id", "type", "subject", "changed_fields", "customer_id", "version", "website_id", *_by, "occurred_at"],
        select(
            _first_id + _number - literal_column("1"),
            _kinds.c.type,
            literal_column(encode_id_in_sql("cus", "changed.customer_id"), Text()),
            _kinds.c.changed_fields,
            _changed.c.customer_id,
            version,
            website_id,
            *[bindparam(name, type_=type_) for name, type_ in _by.items()],
            func.clock_timestamp(),
        )
        .select_from(source)
        .order_by(_changed.c.place, _kinds.c.place),
    )


_of_kind = _changed.join(_kinds, _kinds.c.kind == _changed.c.kind)
_website_id: ColumnElement[Any] = func.coalesce(_changed.c.website_id, _customer.c.website_id)
_of_website = _of_kind.outerjoin(_customer, _customer.c.id == _changed.c.customer_id)
INSERT_EVENTS_OF_CUSTOMERS: Final = _insert_changed(_website_id, _of_website)
"""Writes what `describe_events_of_customers` gives the values of, for a statement that writes something else too."""


def insert_events_of_versions(versions: FromClause) -> Insert:
    """The same with the versions that another part of the statement gives, by the `id` of the customer."""
    given = _of_website.join(versions, versions.c.id == _changed.c.customer_id)
    return _insert_changed(_website_id, given, versions.c.version)


INSERT_EVENTS_WITH_WEBSITES: Final = compile_statement(_insert_changed(_changed.c.website_id, _of_kind))
"""The same by itself, with a website named for each: a distributed database has the feed on one machine, and customers on many."""


class CustomerEvents(NamedTuple):
    """Events of one customer. `kind` is a place in what is shared; a website is named for customers who are gone."""

    customer_id: int
    version: int
    kind: int
    website_id: int | None = None


def describe_events_of_customers(
    changed: Sequence[CustomerEvents], shared: Sequence[tuple[Sequence[str], Sequence[str]]], *, by: Actor
) -> dict[str, Any]:
    """`shared` are the types and the fields of each kind of their events."""
    assert (types := {name for names, _ in shared for name in names}) <= EVENT_TYPES.keys(), types
    kinds = [
        {"kind": kind, "place": place, "type": name, "changed_fields": fields}
        for kind, (names, fields) in enumerate(shared)
        for place, name in enumerate(names)
    ]
    arrays = {f"{name}s": _write_array([getattr(one, name) for one in changed]) for name in _ARRAYS}
    count = sum(len(shared[one.kind][0]) for one in changed)
    who = {"actor": by.kind.value, "actor_id": by.id, "job_id": by.job_id, "first_id": new_ids(count).start}
    return {"shared": orjson.dumps(kinds).decode(), **arrays, **who}


def _write_array(values: Sequence[int | None]) -> str:
    return f"{{{','.join(['NULL' if value is None else str(value) for value in values])}}}"


async def emit(connection: Connection, events: Sequence[Event], *, by: Actor) -> None:
    """Write events in the transaction of their change, in one statement, in their order."""
    assert (types := {event.type for event in events}) <= EVENT_TYPES.keys(), types
    if not events:
        return
    rows = [_describe_event(id, event) for id, event in zip(new_ids(len(events)), events, strict=True)]
    who = {"actor": by.kind.value, "actor_id": by.id, "job_id": by.job_id}
    statement = _INSERT
    if are_forms_distributed():
        statement = _INSERT_WITH_WEBSITES
        websites = await read_websites(connection, [event.customer_id for event in events if event.customer_id])
        rows = [{"website_id": websites.get(event["customer_id"]), **event} for event in rows]
    await execute_statement(connection, statement, events=orjson.dumps(rows).decode(), **who)


async def read_websites(connection: Connection, customer_ids: Collection[int]) -> dict[int, int]:
    """Of the customers that exist."""
    if not customer_ids:
        return {}
    rows = await fetch_rows(connection, _WEBSITES, ids=sorted(set(customer_ids)))
    return {row.id: row.website_id for row in rows}


def _describe_event(id: int, event: Event) -> dict[str, Any]:
    """As the statement takes it. What few events have is named by those alone, since there may be thousands to read."""
    told: dict[str, Any] = {
        "id": id,
        "type": event.type,
        "subject": event.subject,
        "changed_fields": event.changed_fields,
        "customer_id": event.customer_id,
        "version": event.version,
    }
    if event.website_id is not None:
        told["website_id"] = event.website_id
    if event.website_ids is not None:
        told["website_ids"] = event.website_ids
    return told
