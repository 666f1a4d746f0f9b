"""One action on the customers of a batch, set-based, with a result for each (docs/domain/mass-actions.md#mass-actions-1)."""

import enum
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select

from customer_gql.core.actor import Actor
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.permissions import Permission
from customer_gql.customers.accounts.writes import delete_accounts
from customer_gql.customers.newsletter.opt_in import ENABLED
from customer_gql.customers.newsletter.writes import subscribe_customers, unsubscribe_customers
from customer_gql.customers.profile.reads import within_websites
from customer_gql.customers.profile.tables import CustomerType, customer
from customer_gql.customers.profile.values.validation import (
    COMPANY_DECIDES_GROUP,
    IS_COMPANY_ADMIN,
    is_company_admin,
)
from customer_gql.customers.profile.writes import CUSTOMER_NOT_FOUND, assign_group, lock_customers
from customer_gql.database.statements import Connection, Row, equals_any, fetch_rows
from customer_gql.messaging.jobs.runs.kinds import JobScope, JobWork, RowResult
from customer_gql.messaging.jobs.runs.rights import OUT_OF_SCOPE
from customer_gql.messaging.jobs.runs.tables import JobKind, RowOutcome
from customer_gql.shop.groups.writes import validate_group
from customer_gql.shop.settings.reads import setting
from customer_gql.shop.websites.reads import find_default_views

_NO_DEFAULT_VIEW: Final = Refusal(
    "newsletter.no_default_view",
    "The website of this customer has no default store view to subscribe to.",
    UserErrorCode.NOT_ALLOWED,
)
_NEWSLETTER_OFF: Final = Refusal(
    "newsletter.switched_off",
    "The newsletter of this customer's default store view is turned off.",
    UserErrorCode.NOT_ALLOWED,
)


class MassAction(enum.Enum):
    SUBSCRIBE = "SUBSCRIBE"
    UNSUBSCRIBE = "UNSUBSCRIBE"
    ASSIGN_GROUP = "ASSIGN_GROUP"
    DELETE = "DELETE"


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
    views = await find_default_views(connection, {row.website_id for row in found.values()})
    open_views = {view for view in views.values() if await setting(connection, ENABLED, store_view_id=view)}
    wanted = {id: views[row.website_id] for id, row in found.items() if views.get(row.website_id) in open_views}
    changed = await subscribe_customers(connection, [found[id] for id in wanted], views, by=by)
    results = {
        id: _refused(id, _NEWSLETTER_OFF if row.website_id in views else _NO_DEFAULT_VIEW) for id, row in found.items()
    }
    return results | {id: _done(id, changed=id in changed) for id in wanted}


async def _unsubscribe(connection: Connection, found: Mapping[int, Row], by: Actor) -> dict[int, RowResult]:
    ended = await unsubscribe_customers(connection, list(found.values()), by=by)
    return {id: _done(id, changed=id in ended) for id in found}


async def _assign_group(
    connection: Connection, found: Mapping[int, Row], group_id: int, by: Actor
) -> dict[int, RowResult]:
    await validate_group(connection, group_id, ["groupId"])
    others = [row for row in found.values() if row.group_id != group_id]
    movable = [row for row in others if row.customer_type == CustomerType.INDIVIDUAL.value]
    moved = await assign_group(connection, movable, group_id, by=by)
    results = {id: _done(id, changed=False) for id in found}
    results |= {row.id: _refused(row.id, COMPANY_DECIDES_GROUP) for row in others}
    return results | {id: _done(id) for id in moved}


async def _delete(connection: Connection, found: Mapping[int, Row], by: Actor) -> dict[int, RowResult]:
    gone = {id: row for id, row in found.items() if not is_company_admin(row)}
    await delete_accounts(connection, list(gone.values()), by=by)
    return {id: _done(id) if id in gone else _refused(id, IS_COMPANY_ADMIN) for id in found}
