"""Deleting a customer group: its members move to other groups first (docs/domain/groups.md#groups-8)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import exists, func, select, update

from customer_gql.core.actor import Actor
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.ids import encode_id
from customer_gql.core.permissions import Permission
from customer_gql.customers.accounts.registration.default_groups import find_default_groups
from customer_gql.customers.accounts.writes import assign_group
from customer_gql.customers.profile.tables import customer
from customer_gql.customers.profile.writes import lock_customers
from customer_gql.database.statements import Connection, Row, execute_statement, fetch_rows, fetch_value
from customer_gql.messaging.jobs.runs.kinds import BatchWork, JobScope, RowResult
from customer_gql.messaging.jobs.runs.parts import freeze_selected
from customer_gql.messaging.jobs.runs.tables import JobKind, RowOutcome
from customer_gql.messaging.jobs.runs.writes import Submission, submit_job
from customer_gql.shop.groups.tables import NOT_LOGGED_IN, customer_group
from customer_gql.shop.groups.writes import (
    delete_group,
    find_excluded_websites,
    find_group_uses,
    lock_group,
)
from customer_gql.staff.audit.writes import record_staff_event

from .writes import describe_changes

MAX_MOVED_AT_ONCE: Final = 1_000
_GROUP_OF_GUESTS: Final = Refusal(
    "customer_group.is_for_guests", "The group of guests cannot be deleted.", UserErrorCode.NOT_ALLOWED
)
_GROUP_IN_USE: Final = Refusal(
    "customer_group.in_use",
    "This group is in use: {uses}. Choose another group there first.",
    UserErrorCode.NOT_ALLOWED,
)


@dataclass(frozen=True, slots=True)
class GroupDeletion:
    """How many members move, and the job that moves them where they are many."""

    member_count: int
    job_id: int | None = None


async def delete_customer_group(connection: Connection, group_id: int, *, by: Actor) -> GroupDeletion:
    """Raises `RuleError` for the group of guests, and for one in use."""
    if group_id == NOT_LOGGED_IN:
        raise _GROUP_OF_GUESTS(path=["id"])
    members = select(customer.c.id).where(customer.c.group_id == group_id)
    locked = dict[int, Row]()
    if (count := await _count_members(connection, group_id)) <= MAX_MOVED_AT_ONCE:
        ids = [row.id for row in await fetch_rows(connection, members)]
        locked = await lock_customers(connection, ids, websites=None)
    group = await lock_group(connection, group_id, to_delete=True)
    if uses := await find_group_uses(connection, group_id):
        raise _GROUP_IN_USE(path=["id"], uses=uses)
    if count > MAX_MOVED_AT_ONCE:
        return GroupDeletion(count, await _submit(connection, group_id, by))
    # Customers who were put into the group before it was locked. A deadlock with such a change is ended by the database, and the
    # mutation runs again.
    later = [row.id for row in await fetch_rows(connection, members) if row.id not in locked]
    locked |= await lock_customers(connection, later, websites=None)
    moved = await _move_members(connection, locked, group_id, by)
    await _finish(connection, group, by)
    return GroupDeletion(len(moved))


async def _count_members(connection: Connection, group_id: int) -> int:
    return await fetch_value(connection, select(func.count()).where(customer.c.group_id == group_id))


async def _submit(connection: Connection, group_id: int, by: Actor) -> int:
    """From now on nobody is put into the group; it goes with its last member."""
    marked = update(customer_group).where(customer_group.c.id == group_id).values(is_being_deleted=True)
    await execute_statement(connection, marked)
    place = func.row_number().over(order_by=customer.c.id).label("place")
    members = select(customer.c.id, place).where(customer.c.group_id == group_id)
    parameters = {"group_id": group_id}
    submission = Submission(
        GROUP_DELETE_WORK, parameters, "customerGroupDelete", freeze_selected(members), body=parameters
    )
    return (await submit_job(connection, submission, by=by)).job_id


async def run_group_delete(
    connection: Connection, parameters: Mapping[str, Any], customer_ids: Sequence[int], scope: JobScope
) -> list[RowResult]:
    """Move these members, and delete the group when nobody is left in it. Members who left it meanwhile are unchanged,
    as are all of them where it was deleted."""
    group_id = parameters["group_id"]
    found = await lock_customers(connection, customer_ids, websites=scope.websites)
    moved = await _move_members(connection, found, group_id, scope.by)
    is_empty = ~exists().where(customer.c.group_id == customer_group.c.id)
    emptied = select(customer_group.c.id).where(customer_group.c.id == group_id, is_empty)
    if await fetch_value(connection, emptied) is not None:
        await _finish(connection, await lock_group(connection, group_id, to_delete=True), scope.by)
    outcomes = {id: RowOutcome.DONE if id in moved else RowOutcome.UNCHANGED for id in found}
    return [RowResult(id, outcomes.get(id, RowOutcome.NOT_FOUND)) for id in customer_ids]


def _needed_permissions(_parameters: Mapping[str, Any]) -> frozenset[Permission]:
    return frozenset({Permission.GROUPS_MANAGE})


GROUP_DELETE_WORK: Final = BatchWork(
    "customers.group_delete", JobKind.GROUP_DELETE, _needed_permissions, run_group_delete, needs_all_websites=True
)


async def _move_members(connection: Connection, locked: Mapping[int, Row], group_id: int, by: Actor) -> set[int]:
    """Those who moved to the default group of the store view they were created in."""
    members = [row for row in locked.values() if row.group_id == group_id]
    targets = await find_default_groups(connection, [row.id for row in members])
    by_target = defaultdict[int, list[Row]](list)
    for row in members:
        by_target[targets[row.id]].append(row)
    moved: set[int] = set()
    for target, rows in sorted(by_target.items()):
        moved |= await assign_group(connection, rows, target, by=by)
    return moved


async def _finish(connection: Connection, group: Row, by: Actor) -> None:
    excluded = await find_excluded_websites(connection, group.id)
    before = describe_changes({}, {**group, "excluded_website_ids": excluded})
    changes = {field: (old, None) for field, (_, old) in before.items()}
    await delete_group(connection, group.id)
    subject = encode_id("grp", group.id)
    await record_staff_event(connection, "GROUP_DELETED", by=by, subject=subject, changes=changes)
