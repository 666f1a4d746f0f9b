"""One action on the customers of a batch, set-based, with a result for each (docs/domain/mass-actions.md#mass-actions-1)."""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select

from customer_gql.core.actor import Actor
from customer_gql.core.permissions import Permission
from customer_gql.customers.accounts.recovery.ordered_links import order_reset_links
from customer_gql.customers.accounts.support.sign_in_closure import (
    force_customers_sign_in,
    lock_columns,
    unlock_accounts,
    validate_lock_end,
)
from customer_gql.customers.accounts.writes import assign_group, delete_accounts, set_account_statuses
from customer_gql.customers.newsletter.writes import subscribe_customers, unsubscribe_customers
from customer_gql.customers.profile.reads import within_websites
from customer_gql.customers.profile.tables import CustomerStatus, customer
from customer_gql.customers.profile.writes import CUSTOMER_NOT_FOUND, change_customers, lock_customers
from customer_gql.customers.tags.writes import add_tags_to_all, remove_tags_of_all
from customer_gql.database.statements import Connection, Row, equals_any, fetch_rows
from customer_gql.messaging.jobs.runs.kinds import BatchWork, JobScope, RowResult
from customer_gql.messaging.jobs.runs.rights import OUT_OF_SCOPE
from customer_gql.messaging.jobs.runs.tables import JobKind, RowOutcome
from customer_gql.shop.groups.writes import validate_group
from customer_gql.shop.websites.reads import find_default_views

from .judgements import judge_customers
from .mass_edits import edit_customers, judge_edit, read_edits, refuse_everywhere
from .refusals import (
    Judgement,
    MassAction,
    judge_added_tags,
    judge_group,
    judge_lock,
    judge_removed_tags,
    judge_state,
)

Parameters = Mapping[str, Any]
"""`action` and, where it takes them, `group_id`, `edit`, `tags` (by fold), `locked_until` and `note`; as JSON holds them."""
_NEEDED: Final[Mapping[MassAction, Permission]] = {
    MassAction.DELETE: Permission.CUSTOMERS_DELETE,
    MassAction.FORCE_SIGN_IN: Permission.CUSTOMERS_FORCE_SIGN_IN,
    MassAction.RESET_PASSWORD: Permission.CUSTOMERS_RESET_PASSWORD,
}


async def run_mass_action(
    connection: Connection, parameters: Parameters, customer_ids: Sequence[int], scope: JobScope
) -> list[RowResult]:
    """The result for each of the ids, in their order.

    Each customer is judged under their lock. Customers of a website outside of those of the scope are not found, or refused
    where the websites were reached when it was asked for, and nothing is done to them.
    """
    found = await lock_customers(connection, customer_ids, websites=scope.websites)
    judgement = await find_judgement(connection, parameters, scope.by)
    results = {one.customer_id: one for one in await judge_customers(connection, judgement, list(found))}
    results |= await refuse_lost(connection, [id for id in customer_ids if id not in found], scope)
    rows = [row for id, row in found.items() if _is_done(results[id])]
    await _ACTS[MassAction(parameters["action"])](connection, rows, parameters, scope.by)
    if parameters["action"] == MassAction.UNLOCK.value:
        # Wrong passwords are forgotten where nothing was locked, too.
        others = [row for id, row in found.items() if not _is_done(results[id])]
        await unlock_accounts(connection, others, by=scope.by)
    return [results.get(id) or RowResult(id, RowOutcome.NOT_FOUND, CUSTOMER_NOT_FOUND()) for id in customer_ids]


def _is_done(result: RowResult) -> bool:
    return result.outcome is RowOutcome.DONE


def needed_permissions(parameters: Parameters) -> frozenset[Permission]:
    return frozenset({Permission.CUSTOMERS_WRITE, *filter(None, [_NEEDED.get(MassAction(parameters["action"]))])})


_NOT_UNDONE: Final = (MassAction.DELETE, MassAction.FORCE_SIGN_IN, MassAction.RESET_PASSWORD)
UNDO: Final = "customers.undo_mass_action"
MASS_ACTION_WORK: Final = BatchWork(
    "customers.mass_action",
    JobKind.MASS_ACTION,
    needed_permissions,
    run_mass_action,
    find_undo=lambda given: None if MassAction(given["action"]) in _NOT_UNDONE else UNDO,
)


async def find_judgement(connection: Connection, parameters: Parameters, by: Actor) -> Judgement:
    """What refuses the action. Raises the `RuleError` that refuses its parameters."""
    action = MassAction(parameters["action"])
    match action:
        case MassAction.ASSIGN_GROUP:
            return judge_group(await validate_group(connection, parameters["group_id"], ["groupId"]))
        case MassAction.EDIT:
            edit = parameters["edit"]
            return judge_edit(await read_edits(connection, edit), edit, by)
        case MassAction.ADD_TAGS:
            return judge_added_tags(parameters["tags"])
        case MassAction.REMOVE_TAGS:
            return judge_removed_tags(parameters["tags"])
        case MassAction.LOCK:
            until = dt.datetime.fromisoformat(parameters["locked_until"])
            validate_lock_end(until, ["lockedUntil"])
            return judge_lock(until, parameters["note"], by)
        case _:
            return judge_state(action)


async def check_parameters(connection: Connection, parameters: Parameters, by: Actor) -> None:
    """Raises the `RuleError` that refuses them for every customer, so that it is told at once."""
    await find_judgement(connection, parameters, by)
    if parameters["action"] == MassAction.EDIT.value:
        refuse_everywhere(await read_edits(connection, parameters["edit"]))


async def refuse_lost(connection: Connection, ids: Sequence[int], scope: JobScope) -> dict[int, RowResult]:
    """Customers of websites that were reached when it was asked for, and no longer are."""
    if not ids or scope.websites == scope.asked_websites:
        return {}
    of_asked = select(customer.c.id).where(equals_any(customer.c.id, ids), *within_websites(scope.asked_websites))
    lost = await fetch_rows(connection, of_asked)
    return {row.id: RowResult(row.id, RowOutcome.REFUSED, OUT_OF_SCOPE()) for row in lost}


async def _subscribe(connection: Connection, rows: Sequence[Row], by: Actor) -> None:
    views = await find_default_views(connection, {row.website_id for row in rows})
    await subscribe_customers(connection, rows, views, by=by)


async def _edit(connection: Connection, rows: Sequence[Row], edit: Mapping[str, Any], by: Actor) -> None:
    await edit_customers(connection, rows, await read_edits(connection, edit), by=by)


async def _lock(connection: Connection, rows: Sequence[Row], given: Parameters, by: Actor) -> None:
    values = lock_columns(dt.datetime.fromisoformat(given["locked_until"]), given["note"], by=by)
    await change_customers(connection, rows, values, kind="LOCKED", by=by)


_Act = Callable[[Connection, Sequence[Row], Parameters, Actor], Awaitable[object]]
"""Does it to customers that are locked and judged; each of them changes."""
_ACTS: Final[Mapping[MassAction, _Act]] = {
    MassAction.SUBSCRIBE: lambda at, rows, _, by: _subscribe(at, rows, by),
    MassAction.UNSUBSCRIBE: lambda at, rows, _, by: unsubscribe_customers(at, rows, by=by),
    MassAction.ASSIGN_GROUP: lambda at, rows, given, by: assign_group(at, rows, given["group_id"], by=by),
    MassAction.EDIT: lambda at, rows, given, by: _edit(at, rows, given["edit"], by),
    MassAction.ACTIVATE: lambda at, rows, _, by: set_account_statuses(at, rows, status=CustomerStatus.ACTIVE, by=by),
    MassAction.DEACTIVATE: lambda at, rows, _, by: set_account_statuses(
        at, rows, status=CustomerStatus.INACTIVE, by=by
    ),
    MassAction.LOCK: _lock,
    MassAction.UNLOCK: lambda at, rows, _, by: unlock_accounts(at, rows, by=by),
    MassAction.ADD_TAGS: lambda at, rows, given, by: add_tags_to_all(at, rows, given["tags"], by=by),
    MassAction.REMOVE_TAGS: lambda at, rows, given, by: remove_tags_of_all(at, rows, given["tags"], by=by),
    MassAction.FORCE_SIGN_IN: lambda at, rows, _, by: force_customers_sign_in(at, rows, by=by),
    MassAction.RESET_PASSWORD: lambda at, rows, _, by: order_reset_links(at, rows, by=by),
    MassAction.DELETE: lambda at, rows, _, by: delete_accounts(at, rows, by=by),
}
