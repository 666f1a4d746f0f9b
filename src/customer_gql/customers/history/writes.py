from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    DateTime,
    FromClause,
    Insert,
    Integer,
    Text,
    Update,
    any_,
    bindparam,
    column,
    func,
    insert,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB

from customer_gql.core.actor import Actor
from customer_gql.core.concurrent_edits import Changes
from customer_gql.core.ids import new_ids
from customer_gql.database.distribution.forms import are_forms_distributed, for_one_machine
from customer_gql.database.statements import (
    KEPT_FORMS,
    Connection,
    Statement,
    compile_statement,
    execute_statement,
    fetch_rows,
)
from customer_gql.messaging.events.event_types import find_edit_types
from customer_gql.messaging.events.writes import (
    INSERT_EVENTS_OF_CUSTOMERS,
    INSERT_EVENTS_WITH_WEBSITES,
    CustomerEvents,
    describe_events_of_customers,
    insert_events_of_versions,
    read_websites,
)
from customer_gql.security.audit import told_by

from .kinds import find_event_type
from .tables import customer_event

_given = (
    func.jsonb_to_recordset(bindparam("events", type_=JSONB()))
    .table_valued(
        column("id", BigInteger),
        column("customer_id", BigInteger),
        column("version", Integer),
        column("changes", JSONB),
    )
    .render_derived(name="given", with_types=True)
)
_of_customer = customer_event.c.customer_id == _given.c.customer_id
_newest = (
    select(customer_event.c.id, customer_event.c.created_at)
    .where(_of_customer)
    .order_by(customer_event.c.id.desc())
    .limit(literal_column("1"))
    .lateral("newest")
)
# Id and time of an entry. Under the customer's lock both follow those of the entry before, whatever the clocks of other
# processes say, so that order, times and versions agree (docs/domain/history.md#history-10).
_place: Final = {
    "id": func.greatest(_given.c.id, _newest.c.id + literal_column("1")),
    "created_at": func.greatest(
        func.clock_timestamp(), _newest.c.created_at + literal_column("interval '1 microsecond'")
    ),
}
_shared: Final = {
    "kind": Text(),
    "actor": Text(),
    "actor_id": BigInteger(),
    "address": Text(),
    "impersonator_id": BigInteger(),
    "job_id": BigInteger(),
}


def _insert_entries(version: ColumnElement[Any], source: FromClause) -> Insert:
    return insert(customer_event).from_select(
        [*_place, "customer_id", "version", "changes", *_shared],
        select(
            *_place.values(),
            _given.c.customer_id,
            version,
            _given.c.changes,
            *[bindparam(name, type_=kind) for name, kind in _shared.items()],
        ).select_from(source.outerjoin(_newest, literal_column("true"))),
    )


_entries = _insert_entries(_given.c.version, _given)
_INSERT: Final = for_one_machine(compile_statement(_entries))
_INSERT_AND_TELL: Final = for_one_machine(compile_statement(INSERT_EVENTS_OF_CUSTOMERS.add_cte(_entries.cte("entry"))))


class ChangeOfCustomers(NamedTuple):
    """A change of customers that is stored by the statement that writes it down. It returns `id` and `version` of each."""

    clause: Update
    values: Mapping[str, Any]


@lru_cache(maxsize=KEPT_FORMS)
def _insert_with_change(change: Update, *, tells: bool) -> Statement:
    """Nothing beside the change reads what it changes, so that their order is of no account."""
    changed = change.cte("changed_customer")
    given = _given.join(changed, changed.c.id == _given.c.customer_id)
    written = select(changed.c.id, changed.c.version)
    written = written.add_cte(_insert_entries(changed.c.version, given).cte("entry"))
    if tells:
        written = written.add_cte(insert_events_of_versions(changed).cte("told"))
    return for_one_machine(compile_statement(written))


@lru_cache(maxsize=KEPT_FORMS)
def _compile_change(clause: Update) -> Statement:
    return compile_statement(clause)


# In two steps with keys, as a distributed database needs them; the customer's lock keeps others from writing in between.
_NEWEST_OF_CUSTOMERS: Final = compile_statement(
    select(
        customer_event.c.customer_id,
        func.max(customer_event.c.id).label("id"),
        func.max(customer_event.c.created_at).label("created_at"),
    )
    .where(customer_event.c.customer_id == any_(bindparam("ids", type_=ARRAY(BigInteger()))))
    .group_by(customer_event.c.customer_id)
)
_placed = (
    func.jsonb_to_recordset(bindparam("events", type_=JSONB()))
    .table_valued(
        column("id", BigInteger),
        column("customer_id", BigInteger),
        column("version", Integer),
        column("changes", JSONB),
        column("newest_at", DateTime(timezone=True)),
    )
    .render_derived(name="given", with_types=True)
)
_INSERT_PLACED: Final = compile_statement(
    insert(customer_event).from_select(
        ["id", "created_at", "customer_id", "version", "changes", *_shared],
        select(
            _placed.c.id,
            func.greatest(func.clock_timestamp(), _placed.c.newest_at + literal_column("interval '1 microsecond'")),
            _placed.c.customer_id,
            _placed.c.version,
            _placed.c.changes,
            *[bindparam(name, type_=kind) for name, kind in _shared.items()],
        ),
    )
)


async def record_customer_event(
    connection: Connection,
    customer_id: int,
    *,
    kind: str,
    version: int,
    by: Actor,
    changes: Changes | None = None,
    change: ChangeOfCustomers | None = None,
) -> None:
    """Write what was done to a customer, or by them, in the transaction that does it, and tell other systems."""
    await record_customer_events(connection, [(customer_id, version, changes or {})], kind=kind, by=by, change=change)


async def record_customer_events(
    connection: Connection,
    events: Sequence[tuple[int, int, Changes]],
    *,
    kind: str,
    by: Actor,
    deleted_from: Mapping[int, int] | None = None,
    change: ChangeOfCustomers | None = None,
) -> None:
    """The same for many customers at once, each of them once: customer, version after it, and changes of each. The caller
    has locked them.

    `deleted_from` are the websites of customers who are gone. `change` is stored with them, and makes the versions; it leaves
    websites as they are, because events are told to that of the customer.
    """
    if not events:
        return
    if change is not None and are_forms_distributed():
        events, change = await _store_apart(connection, events, change), None
    rows = [
        {"id": id, "customer_id": customer_id, "version": version, "changes": changes}
        for id, (customer_id, version, changes) in zip(new_ids(len(events)), events, strict=True)
    ]
    event_type, gone = find_event_type(kind), deleted_from or {}
    values = {"events": orjson.dumps(rows).decode(), **told_by(kind, by)}
    values |= {"impersonator_id": by.impersonator_id, "job_id": by.job_id}
    if are_forms_distributed():
        await _insert_placed(connection, rows, values)
        if event_type is not None:
            await _tell_apart(connection, events, event_type, kind, gone, by=by)
        return
    if event_type is not None:
        values |= _describe_events(events, event_type, kind, gone, by=by)
    if change is None:
        await execute_statement(connection, _INSERT if event_type is None else _INSERT_AND_TELL, **values)
        return
    statement = _insert_with_change(change.clause, tells=event_type is not None)
    changed = await fetch_rows(connection, statement, **values, **change.values)
    assert len(changed) == len(events), "a customer who is not there any more was not locked"


async def _store_apart(
    connection: Connection, entries: Sequence[tuple[int, int, Changes]], change: ChangeOfCustomers
) -> Sequence[tuple[int, int, Changes]]:
    """The entries with the versions that the change made."""
    rows = await fetch_rows(connection, _compile_change(change.clause), **change.values)
    versions = {row.id: row.version for row in rows}
    return [(id, versions[id], changes) for id, _, changes in entries]


async def _tell_apart(
    connection: Connection,
    entries: Sequence[tuple[int, int, Changes]],
    event_type: str,
    kind: str,
    gone: Mapping[int, int],
    *,
    by: Actor,
) -> None:
    websites = {**await read_websites(connection, [id for id, *_ in entries]), **gone}
    told = _describe_events(entries, event_type, kind, websites, by=by)
    await execute_statement(connection, INSERT_EVENTS_WITH_WEBSITES, **told)


async def _insert_placed(connection: Connection, rows: Sequence[dict[str, Any]], values: Mapping[str, Any]) -> None:
    ids = [row["customer_id"] for row in rows]
    newest = {row.customer_id: row for row in await fetch_rows(connection, _NEWEST_OF_CUSTOMERS, ids=ids)}
    for row in rows:
        before = newest.get(row["customer_id"])
        row["id"] = row["id"] if before is None else max(row["id"], before.id + 1)
        row["newest_at"] = None if before is None else before.created_at.isoformat()
    await execute_statement(connection, _INSERT_PLACED, **{**values, "events": orjson.dumps(rows).decode()})


def _describe_events(
    entries: Sequence[tuple[int, int, Changes]],
    event_type: str,
    kind: str,
    websites: Mapping[int, int],
    *,
    by: Actor,
) -> dict[str, Any]:
    # Many entries of one call are about the same fields.
    places: dict[tuple[str, ...], int] = {}
    changed = [
        CustomerEvents(
            customer_id,
            version,
            places.setdefault(tuple(sorted(changes)), len(places)),
            websites.get(customer_id),
        )
        for customer_id, version, changes in entries
    ]
    shared = [([event_type, *find_edit_types(kind, fields)], fields) for fields in places]
    return describe_events_of_customers(changed, shared, by=by)
