"""Tags are added and removed under the lock of their customer, so that of two changes at once neither is lost."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import orjson
from sqlalchemy import BigInteger, Text, bindparam, column, delete, func, insert, select
from sqlalchemy.dialects.postgresql import JSONB

from customer_gql.core.actor import Actor
from customer_gql.core.errors import RuleError
from customer_gql.core.viewer import Websites
from customer_gql.customers.history.writes import record_customer_events
from customer_gql.customers.profile.writes import lock_customer, lock_customers
from customer_gql.database.statements import (
    Connection,
    Row,
    compile_statement,
    equals_any,
    execute_statement,
    fetch_rows,
)
from customer_gql.database.transactions import mark_customers

from .tables import customer_tag
from .values import find_tag_refusal, validate_tags

_given = (
    func.jsonb_to_recordset(bindparam("tags", type_=JSONB()))
    .table_valued(column("customer_id", BigInteger), column("fold", Text), column("tag", Text))
    .render_derived(name="given", with_types=True)
)
_INSERT: Final = compile_statement(insert(customer_tag).from_select(_given.c.keys(), select(*_given.c)))
_DELETE: Final = compile_statement(
    delete(customer_tag).where(customer_tag.c.customer_id == _given.c.customer_id, customer_tag.c.fold == _given.c.fold)
)


async def add_tags(
    connection: Connection, customer_id: int, given: Sequence[str], *, websites: Websites, by: Actor
) -> list[str]:
    """The tags that the customer did not have. One that is there, in whatever spelling, stays as it is."""
    customer = await lock_customer(connection, customer_id, websites=websites, path=["customerId"])
    added = (await add_tags_to_all(connection, [customer], validate_tags(given, "tags"), by=by))[customer_id]
    if isinstance(added, RuleError):
        raise added.at(["tags"])
    return added


async def add_tags_to_all(
    connection: Connection, locked: Sequence[Row], wanted: Mapping[str, str], *, by: Actor
) -> dict[int, list[str] | RuleError]:
    """Add tags, by fold, to customers that the caller has locked: of each the tags that were added, or what refuses them."""
    stored = await read_tags(connection, [row.id for row in locked])
    outcome: dict[int, list[str] | RuleError] = {}
    after: dict[int, dict[str, str]] = {}
    for row in locked:
        added = {fold: tag for fold, tag in wanted.items() if fold not in stored[row.id]}
        refusal = find_tag_refusal(len(stored[row.id]), len(added)) if added else None
        outcome[row.id] = list(added.values()) if refusal is None else refusal
        if added and refusal is None:
            after[row.id] = {**stored[row.id], **added}
    rows = [
        {"customer_id": id, "fold": fold, "tag": tag}
        for id, tags in after.items()
        for fold, tag in tags.items()
        if fold not in stored[id]
    ]
    if rows:
        await execute_statement(connection, _INSERT, tags=orjson.dumps(rows).decode())
    await _record_tags_changes(connection, locked, stored, after, by)
    return outcome


async def remove_tags(
    connection: Connection, customer_id: int, given: Sequence[str], *, websites: Websites, by: Actor
) -> list[str]:
    """The tags that the customer had. One that is not there is removed already."""
    customer = await lock_customer(connection, customer_id, websites=websites, path=["customerId"])
    return (await remove_tags_of_all(connection, [customer], validate_tags(given, "tags"), by=by))[customer_id]


async def remove_tags_of_all(
    connection: Connection, locked: Sequence[Row], unwanted: Collection[str], *, by: Actor
) -> dict[int, list[str]]:
    """Remove tags, by fold, of customers that the caller has locked: of each the tags that it had."""
    stored = await read_tags(connection, [row.id for row in locked])
    removed = {row.id: {f: tag for f, tag in stored[row.id].items() if f in unwanted} for row in locked}
    after = {id: {f: tag for f, tag in stored[id].items() if f not in tags} for id, tags in removed.items() if tags}
    await execute_statement(
        connection,
        delete(customer_tag).where(
            equals_any(customer_tag.c.customer_id, list(after)), equals_any(customer_tag.c.fold, list(unwanted))
        ),
    )
    await _record_tags_changes(connection, locked, stored, after, by)
    return {id: list(tags.values()) for id, tags in removed.items()}


async def change_tags(
    connection: Connection,
    locked: Sequence[Row],
    before: Mapping[int, Mapping[str, str]],
    after: Mapping[int, Mapping[str, str]],
    *,
    by: Actor,
) -> None:
    """Store other tags, by fold, of customers that the caller has locked. `before` are those stored, of every one; the caller has
    refused customers who would have too many."""
    gone = [(id, fold) for id, tags in after.items() for fold in before[id] if fold not in tags]
    new = [(id, fold, tag) for id, tags in after.items() for fold, tag in tags.items() if fold not in before[id]]
    rows = [{"customer_id": id, "fold": fold, "tag": ""} for id, fold in gone]
    await execute_statement(connection, _DELETE, tags=orjson.dumps(rows).decode())
    rows = [{"customer_id": id, "fold": fold, "tag": tag} for id, fold, tag in new]
    await execute_statement(connection, _INSERT, tags=orjson.dumps(rows).decode())
    await _record_tags_changes(connection, locked, before, after, by)


async def state_tags(connection: Connection, stated: Mapping[int, Mapping[str, str]], *, by: Actor) -> set[int]:
    """Give customers that the caller has locked these tags, by fold, and no others; those whose tags were others."""
    locked = await lock_customers(connection, stated, websites=None)
    before = await read_tags(connection, list(locked))
    after = {
        id: {fold: before[id].get(fold, tag) for fold, tag in stated[id].items()}
        for id in locked
        if stated[id].keys() != before[id].keys()
    }
    if after:
        await change_tags(connection, list(locked.values()), before, after, by=by)
    return set(after)


async def read_tags(connection: Connection, customer_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """Of each customer, by fold."""
    rows = await fetch_rows(
        connection,
        select(customer_tag.c.customer_id, customer_tag.c.fold, customer_tag.c.tag)
        .where(equals_any(customer_tag.c.customer_id, customer_ids))
        .order_by(customer_tag.c.customer_id, customer_tag.c.fold),
    )
    found: dict[int, dict[str, str]] = {id: {} for id in customer_ids}
    for row in rows:
        found[row.customer_id][row.fold] = row.tag
    return found


async def _record_tags_changes(
    connection: Connection,
    locked: Sequence[Row],
    before: Mapping[int, Mapping[str, str]],
    after: Mapping[int, Mapping[str, str]],
    by: Actor,
) -> None:
    mark_customers(connection, after, customer_tag)
    events = [
        (row.id, row.version, {"tags": (_in_order(before[row.id]), _in_order(after[row.id]))})
        for row in locked
        if row.id in after
    ]
    await record_customer_events(connection, events, kind="TAGS_CHANGED", by=by)


def _in_order(tags: Mapping[str, str]) -> Collection[str]:
    return [tags[fold] for fold in sorted(tags)]
