"""One action on the customers of a batch, set-based, with a result for each (docs/domain/mass-actions.md#mass-actions-1)."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select

from customer_gql.core.actor import Actor
from customer_gql.core.errors import Refusal, RuleError
from customer_gql.core.permissions import Permission
from customer_gql.customers.accounts.writes import delete_accounts, set_account_statuses
from customer_gql.customers.newsletter.writes import subscribe_customers, unsubscribe_customers
from customer_gql.customers.profile.reads import within_websites
from customer_gql.customers.profile.tables import CustomerStatus, customer
from customer_gql.customers.profile.writes import CUSTOMER_NOT_FOUND, assign_group, lock_customers
from customer_gql.customers.tags.writes import add_tags_to_all, remove_tags_of_all
from customer_gql.database.statements import Connection, Row, equals_any, fetch_rows
from customer_gql.messaging.jobs.runs.kinds import JobScope, JobWork, RowResult
from customer_gql.messaging.jobs.runs.rights import OUT_OF_SCOPE
from customer_gql.messaging.jobs.runs.tables import JobKind, RowOutcome
from customer_gql.shop.groups.writes import validate_group
from customer_gql.shop.websites.reads import find_default_views

from .refusals import MassAction, find_refusals


async def run_mass_action(
    connection: Connection, parameters: Mapping[str, Any], customer_ids: Sequence[int], scope: JobScope
) -> list[RowResult]:
    """The result for each of the ids, in their order. `parameters` are `action` and, where it takes one, `group_id`.

    Each customer is judged under their lock. Customers of a website outside of those of the scope are not found, or refused
    where the websites were reached when it was asked for, and nothing is done to them.
    """
    found = await lock_customers(connection, customer_ids, websites=scope.websites)
    match MassAction(parameters["action"]):
        case MassAction.SUBSCRIBE:
            results = await _subscribe(connection, found, scope.by)
        case MassAction.UNSUBSCRIBE:
            results = await _unsubscribe(connection, found, scope.by)
        case MassAction.ASSIGN_GROUP:
            results = await _assign_group(connection, found, parameters["group_id"], scope.by)
        case MassAction.ACTIVATE:
            results = await _set_status(connection, found, CustomerStatus.ACTIVE, scope.by)
        case MassAction.DEACTIVATE:
            results = await _set_status(connection, found, CustomerStatus.INACTIVE, scope.by)
        case MassAction.ADD_TAGS:
            results = await _add_tags(connection, found, parameters["tags"], scope.by)
        case MassAction.REMOVE_TAGS:
            results = await _remove_tags(connection, found, parameters["tags"], scope.by)
        case MassAction.DELETE:
            results = await _delete(connection, found, scope.by)
    results |= await _refuse_lost(connection, [id for id in customer_ids if id not in found], scope)
    return [results.get(id) or RowResult(id, RowOutcome.NOT_FOUND, CUSTOMER_NOT_FOUND()) for id in customer_ids]


def needed_permissions(parameters: Mapping[str, Any]) -> frozenset[Permission]:
    also = {Permission.CUSTOMERS_DELETE} if parameters["action"] == MassAction.DELETE.value else set[Permission]()
    return frozenset({Permission.CUSTOMERS_WRITE, *also})


MASS_ACTION_WORK: Final = JobWork("customers.mass_action", JobKind.MASS_ACTION, needed_permissions, run_mass_action)


async def _refuse_lost(connection: Connection, ids: Sequence[int], scope: JobScope) -> dict[int, RowResult]:
    """Customers of websites that were reached when it was asked for, and no longer are."""
    if not ids or scope.websites == scope.asked_websites:
        return {}
    of_asked = select(customer.c.id).where(equals_any(customer.c.id, ids), *within_websites(scope.asked_websites))
    return {row.id: _refused(row.id, OUT_OF_SCOPE) for row in await fetch_rows(connection, of_asked)}


def _done(id: int, *, changed: bool = True) -> RowResult:
    return RowResult(id, RowOutcome.DONE if changed else RowOutcome.UNCHANGED)


def _refused(id: int, refusal: Refusal) -> RowResult:
    return RowResult(id, RowOutcome.REFUSED, refusal())


async def _subscribe(connection: Connection, found: Mapping[int, Row], by: Actor) -> dict[int, RowResult]:
    refused = await _refuse(connection, MassAction.SUBSCRIBE, found)
    wanted = [row for id, row in found.items() if id not in refused]
    views = await find_default_views(connection, {row.website_id for row in wanted})
    changed = await subscribe_customers(connection, wanted, views, by=by)
    return refused | {row.id: _done(row.id, changed=row.id in changed) for row in wanted}


async def _unsubscribe(connection: Connection, found: Mapping[int, Row], by: Actor) -> dict[int, RowResult]:
    ended = await unsubscribe_customers(connection, list(found.values()), by=by)
    return {id: _done(id, changed=id in ended) for id in found}


async def _assign_group(
    connection: Connection, found: Mapping[int, Row], group_id: int, by: Actor
) -> dict[int, RowResult]:
    await validate_group(connection, group_id, ["groupId"])
    others = [row.id for row in found.values() if row.group_id != group_id]
    refused = await _refuse(connection, MassAction.ASSIGN_GROUP, others)
    moved = await assign_group(connection, [found[id] for id in others if id not in refused], group_id, by=by)
    return {id: _done(id, changed=id in moved) for id in found} | refused


async def _set_status(
    connection: Connection, found: Mapping[int, Row], status: CustomerStatus, by: Actor
) -> dict[int, RowResult]:
    others = [row.id for row in found.values() if row.status != status.value]
    is_end = status is CustomerStatus.INACTIVE
    refused = await _refuse(connection, MassAction.DEACTIVATE, others) if is_end else {}
    rows = [found[id] for id in others if id not in refused]
    changed = await set_account_statuses(connection, rows, status=status, by=by)
    return {id: _done(id, changed=id in changed) for id in found} | refused


async def _add_tags(
    connection: Connection, found: Mapping[int, Row], tags: Mapping[str, str], by: Actor
) -> dict[int, RowResult]:
    added = await add_tags_to_all(connection, list(found.values()), tags, by=by)
    return {
        id: RowResult(id, RowOutcome.REFUSED, one) if isinstance(one, RuleError) else _done(id, changed=bool(one))
        for id, one in added.items()
    }


async def _remove_tags(
    connection: Connection, found: Mapping[int, Row], tags: Mapping[str, str], by: Actor
) -> dict[int, RowResult]:
    removed = await remove_tags_of_all(connection, list(found.values()), tags, by=by)
    return {id: _done(id, changed=bool(one)) for id, one in removed.items()}


async def _delete(connection: Connection, found: Mapping[int, Row], by: Actor) -> dict[int, RowResult]:
    refused = await _refuse(connection, MassAction.DELETE, found)
    gone = [row for id, row in found.items() if id not in refused]
    await delete_accounts(connection, gone, by=by)
    return refused | {row.id: _done(row.id) for row in gone}


async def _refuse(connection: Connection, action: MassAction, ids: Collection[int]) -> dict[int, RowResult]:
    return {id: _refused(id, refusal) for id, refusal in (await find_refusals(connection, action, ids)).items()}
