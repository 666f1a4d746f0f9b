"""One action on many customers, in one transaction, with a result for each (docs/domain/mass-actions.md#mass-actions-1)."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from customer_gql.core.actor import Actor
from customer_gql.core.errors import Refusal, RuleError, UserErrorCode
from customer_gql.core.viewer import Websites
from customer_gql.customers.accounts.writes import delete_accounts
from customer_gql.customers.newsletter.opt_in import ENABLED
from customer_gql.customers.newsletter.writes import subscribe_customers, unsubscribe_customers
from customer_gql.customers.profile.tables import CustomerType
from customer_gql.customers.profile.values.validation import (
    COMPANY_DECIDES_GROUP,
    IS_COMPANY_ADMIN,
    is_company_admin,
)
from customer_gql.customers.profile.writes import CUSTOMER_NOT_FOUND, assign_group, lock_customers
from customer_gql.database.statements import Connection, Row
from customer_gql.shop.groups.writes import validate_group
from customer_gql.shop.settings.reads import setting
from customer_gql.shop.websites.reads import find_default_views

MAX_IDS: Final = 100
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


class MassActionOutcome(enum.Enum):
    DONE = "DONE"
    UNCHANGED = "UNCHANGED"
    REFUSED = "REFUSED"
    NOT_FOUND = "NOT_FOUND"


@dataclass(frozen=True, slots=True)
class MassActionResult:
    customer_id: int
    outcome: MassActionOutcome
    refused: RuleError | None = None


async def run_mass_action(
    connection: Connection,
    action: MassAction,
    customer_ids: Sequence[int],
    *,
    group_id: int | None,
    websites: Websites,
    by: Actor,
) -> list[MassActionResult]:
    """The result for each of the ids, in their order; an id that is given twice has one result.

    Each customer is judged under their lock. Customers of a website outside of `websites` are not found, and nothing is done to them.
    """
    ids = list(dict.fromkeys(customer_ids))
    found = await lock_customers(connection, ids, websites=websites)
    match action:
        case MassAction.SUBSCRIBE:
            results = await _subscribe(connection, found, by)
        case MassAction.UNSUBSCRIBE:
            results = await _unsubscribe(connection, found, by)
        case MassAction.ASSIGN_GROUP:
            assert group_id is not None
            results = await _assign_group(connection, found, group_id, by)
        case MassAction.DELETE:
            results = await _delete(connection, found, by)
    return [results.get(id) or _not_found(id) for id in ids]


def _done(id: int, *, changed: bool = True) -> MassActionResult:
    return MassActionResult(id, MassActionOutcome.DONE if changed else MassActionOutcome.UNCHANGED)


def _refused(id: int, refusal: Refusal) -> MassActionResult:
    return MassActionResult(id, MassActionOutcome.REFUSED, refusal())


def _not_found(id: int) -> MassActionResult:
    return MassActionResult(id, MassActionOutcome.NOT_FOUND, CUSTOMER_NOT_FOUND())


async def _subscribe(connection: Connection, found: Mapping[int, Row], by: Actor) -> dict[int, MassActionResult]:
    views = await find_default_views(connection, {row.website_id for row in found.values()})
    open_views = {view for view in views.values() if await setting(connection, ENABLED, store_view_id=view)}
    wanted = {id: views[row.website_id] for id, row in found.items() if views.get(row.website_id) in open_views}
    changed = await subscribe_customers(connection, [found[id] for id in wanted], views, by=by)
    results = {
        id: _refused(id, _NEWSLETTER_OFF if row.website_id in views else _NO_DEFAULT_VIEW) for id, row in found.items()
    }
    return results | {id: _done(id, changed=id in changed) for id in wanted}


async def _unsubscribe(connection: Connection, found: Mapping[int, Row], by: Actor) -> dict[int, MassActionResult]:
    ended = await unsubscribe_customers(connection, list(found.values()), by=by)
    return {id: _done(id, changed=id in ended) for id in found}


async def _assign_group(
    connection: Connection, found: Mapping[int, Row], group_id: int, by: Actor
) -> dict[int, MassActionResult]:
    await validate_group(connection, group_id, ["groupId"])
    others = [row for row in found.values() if row.group_id != group_id]
    movable = [row for row in others if row.customer_type == CustomerType.INDIVIDUAL.value]
    moved = await assign_group(connection, movable, group_id, by=by)
    results = {id: _done(id, changed=False) for id in found}
    results |= {row.id: _refused(row.id, COMPANY_DECIDES_GROUP) for row in others}
    return results | {id: _done(id) for id in moved}


async def _delete(connection: Connection, found: Mapping[int, Row], by: Actor) -> dict[int, MassActionResult]:
    gone = {id: row for id, row in found.items() if not is_company_admin(row)}
    await delete_accounts(connection, list(gone.values()), by=by)
    return {id: _done(id) if id in gone else _refused(id, IS_COMPANY_ADMIN) for id in found}
