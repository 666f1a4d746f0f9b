"""Deleting attributes and options: what is stored of them goes first (docs/domain/attributes.md#attributes-11)."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from sqlalchemy import func, select

from customer_gql.core.actor import Actor
from customer_gql.core.permissions import Permission
from customer_gql.customers.attributes.definition_rows import delete_options, mark_options
from customer_gql.customers.attributes.tables import attribute, attribute_option
from customer_gql.customers.attributes.writes import (
    begin_deletion,
    delete_attribute,
    lock_attribute,
    lock_to_delete,
    update_attribute,
)
from customer_gql.customers.profile.writes import lock_customers
from customer_gql.database.statements import Connection, Row, fetch_one, fetch_rows
from customer_gql.messaging.jobs.runs.kinds import BatchWork, JobScope, RowResult
from customer_gql.messaging.jobs.runs.parts import freeze_selected
from customer_gql.messaging.jobs.runs.tables import JobKind, RowOutcome
from customer_gql.messaging.jobs.runs.writes import Submission, submit_job

from .removal import count_holders, remove_values, select_holders
from .searching import refresh_searched, submit_index

MAX_CHANGED_AT_ONCE: Final = 1_000


async def change_attribute(
    connection: Connection, attribute_id: int, given: Mapping[str, Any], *, expected_version: int | None, by: Actor
) -> int | None:
    """Store what differs, and remove options that are no longer listed: the job that removes what is stored of them where
    that is much, or that has a search find the texts. One at most: what has options has no texts."""
    listed = {one["code"] for one in given["options"]} if "options" in given else None
    gone = (
        [] if listed is None else [code for code in await _read_codes(connection, attribute_id) if code not in listed]
    )
    row, jobs = await _read(connection, attribute_id), list[int]()
    is_switched = row is not None and given.get("is_searchable", row.is_searchable) != row.is_searchable
    locked = await _lock_holders(connection, row, None if is_switched else gone) if gone or is_switched else {}
    before = await update_attribute(
        connection,
        attribute_id,
        given,
        expected_version=expected_version,
        remove_options=partial(_remove_options, locked=locked, jobs=jobs, by=by),
        by=by,
    )
    if given.get("is_searchable", before.is_searchable) != before.is_searchable:
        jobs += await _refresh_search(connection, attribute_id, locked, by)
    [job] = jobs or [None]
    return job


async def _refresh_search(
    connection: Connection, attribute_id: int, locked: Mapping[int, Row], by: Actor
) -> Sequence[int]:
    """What a search looks through of those who have a value, by a job where they are many. From now on nobody stores a value
    before the transaction ends, and who was doing it has committed."""
    row = await lock_attribute(connection, attribute_id, to_delete=True)
    if await count_holders(connection, row, None, MAX_CHANGED_AT_ONCE + 1) > MAX_CHANGED_AT_ONCE:
        return [await submit_index(connection, row, by)]
    holders = [one.id for one in await fetch_rows(connection, select_holders(row, None))]
    later = await lock_customers(connection, [id for id in holders if id not in locked], websites=None)
    refresh_searched(connection, [id for id in holders if id in locked or id in later])
    return []


async def delete_with_values(connection: Connection, attribute_id: int, *, by: Actor) -> int | None:
    """The job that deletes it where much is stored of it. Raises `RuleError`."""
    locked = await _lock_holders(connection, await _read(connection, attribute_id), None)
    row = await lock_to_delete(connection, attribute_id)
    if await count_holders(connection, row, None, MAX_CHANGED_AT_ONCE + 1) > MAX_CHANGED_AT_ONCE:
        await begin_deletion(connection, row)
        return await _submit(connection, row, None, "attributeDelete", by)
    await _remove_all(connection, row, None, locked, by)
    await delete_attribute(connection, row, by=by)
    return None


async def run_attribute_delete(
    connection: Connection, parameters: Mapping[str, Any], customer_ids: Sequence[int], scope: JobScope
) -> list[RowResult]:
    """Remove what is stored of these customers, and delete the attribute or its options when nothing is left. Of an attribute
    or of options that somebody deleted or gave again meanwhile nothing is removed."""
    found = await lock_customers(connection, customer_ids, websites=scope.websites)
    row = await _read(connection, parameters["attribute_id"])
    removed = set[int]() if row is None else await _run_on(connection, row, parameters, found, scope.by)
    outcomes = {id: RowOutcome.DONE if id in removed else RowOutcome.UNCHANGED for id in found}
    return [RowResult(id, outcomes.get(id, RowOutcome.NOT_FOUND)) for id in customer_ids]


def _permissions_to_delete(_parameters: Mapping[str, Any]) -> frozenset[Permission]:
    return frozenset({Permission.ATTRIBUTES_MANAGE})


ATTRIBUTE_DELETE_WORK: Final = BatchWork(
    "customers.attribute_delete",
    JobKind.ATTRIBUTE_DELETE,
    _permissions_to_delete,
    run_attribute_delete,
    needs_all_websites=True,
)


async def _run_on(
    connection: Connection, row: Row, parameters: Mapping[str, Any], found: Mapping[int, Row], by: Actor
) -> set[int]:
    codes: list[str] | None = None
    if parameters["codes"] is None:
        if not row.is_being_deleted:
            return set()
    else:
        codes = [code for code in await _read_marked(connection, row.id) if code in parameters["codes"]]
        if not codes:
            return set()
    removed = await remove_values(connection, found, row, codes, by=by)
    if not await count_holders(connection, row, codes, 1):
        if codes is None:
            await delete_attribute(connection, await lock_to_delete(connection, row.id), by=by)
        else:
            await lock_attribute(connection, row.id)
            # Read again: staff may have listed one again before the attribute was locked.
            marked = await _read_marked(connection, row.id)
            await delete_options(connection, row.id, [code for code in codes if code in marked])
    return removed


async def _remove_options(
    connection: Connection, row: Row, codes: Sequence[str], *, locked: Mapping[int, Row], jobs: list[int], by: Actor
) -> None:
    await mark_options(connection, row.id, codes)
    if await count_holders(connection, row, codes, MAX_CHANGED_AT_ONCE + 1) > MAX_CHANGED_AT_ONCE:
        jobs.append(await _submit(connection, row, codes, "attributeUpdate", by))
        return
    await _remove_all(connection, row, codes, locked, by)
    await delete_options(connection, row.id, codes)


async def _remove_all(
    connection: Connection, row: Row, codes: Sequence[str] | None, locked: Mapping[int, Row], by: Actor
) -> None:
    """From customers who got a value before the attribute was locked, too. A deadlock with such a change is ended by the
    database, and the mutation runs again."""
    holders = [one.id for one in await fetch_rows(connection, select_holders(row, codes))]
    later = [id for id in holders if id not in locked]
    found = {**locked, **await lock_customers(connection, later, websites=None)}
    await remove_values(connection, found, row, codes, by=by)


async def _lock_holders(connection: Connection, row: Row | None, codes: Sequence[str] | None) -> dict[int, Row]:
    """Customers are locked before the attribute; none where a job takes them."""
    if row is None or await count_holders(connection, row, codes, MAX_CHANGED_AT_ONCE + 1) > MAX_CHANGED_AT_ONCE:
        return {}
    ids = [one.id for one in await fetch_rows(connection, select_holders(row, codes))]
    return await lock_customers(connection, ids, websites=None)


async def _submit(connection: Connection, row: Row, codes: Sequence[str] | None, name: str, by: Actor) -> int:
    parameters = {"attribute_id": row.id, "codes": None if codes is None else list(codes)}
    holders = select_holders(row, codes).subquery("holders")
    chosen = select(holders.c.id, func.row_number().over(order_by=holders.c.id).label("place"))
    submission = Submission(ATTRIBUTE_DELETE_WORK, parameters, name, freeze_selected(chosen), body=parameters)
    return (await submit_job(connection, submission, by=by)).job_id


async def _read(connection: Connection, attribute_id: int) -> Row | None:
    return await fetch_one(connection, select(attribute).where(attribute.c.id == attribute_id))


async def _read_codes(connection: Connection, attribute_id: int) -> list[str]:
    of_attribute = attribute_option.c.attribute_id == attribute_id
    return [one.code for one in await fetch_rows(connection, select(attribute_option.c.code).where(of_attribute))]


async def _read_marked(connection: Connection, attribute_id: int) -> list[str]:
    marked = (attribute_option.c.attribute_id == attribute_id, attribute_option.c.is_being_removed)
    return [one.code for one in await fetch_rows(connection, select(attribute_option.c.code).where(*marked))]
