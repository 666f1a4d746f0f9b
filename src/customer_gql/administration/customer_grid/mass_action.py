"""One action on many customers, in one transaction, with an answer for each of them (docs/domain/mass-actions.md#mass-actions-1)."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from customer_gql.core.actor import Actor
from customer_gql.core.ids import encode_id
from customer_gql.core.viewer import Websites
from customer_gql.customers.accounts.writes import end_all_access
from customer_gql.customers.history.writes import record_customer_events
from customer_gql.customers.newsletter import writes as newsletter
from customer_gql.customers.profile import writes as customers
from customer_gql.customers.profile.reads import within_websites
from customer_gql.customers.profile.tables import CustomerType, customer
from customer_gql.database.statements import Connection, Row, equals_any, fetch_rows

from .quick_edit import COMPANY_FREEZES_GROUP, check_group

MAX_IDS = 100


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
    reason: str | None = None


UNKNOWN = "There is no such customer."
NEEDS_ANOTHER_ADMIN = "This customer runs a company; make another of its users the admin first."
NO_DEFAULT_VIEW = "The customer's website has no default store view to subscribe to."
CHANGED_MEANWHILE = "Somebody changed this customer at the same moment; try again."


async def run_mass_action(
    connection: Connection,
    action: MassAction,
    customer_ids: Sequence[int],
    *,
    group_id: int | None,
    websites: Websites,
    by: Actor,
) -> list[MassActionResult]:
    """What happened to each of the ids, in their order; one asked for twice is answered once.

    Customers of a website outside of `websites` are as good as unknown, and nothing is done to them.
    """
    ids = list(dict.fromkeys(customer_ids))
    asked_for = select(customer).where(equals_any(customer.c.id, ids), *within_websites(websites))
    found = {row.id: row for row in await fetch_rows(connection, asked_for)}
    match action:
        case MassAction.SUBSCRIBE:
            reached = await newsletter.subscribe_customers(connection, list(found))
            changed = {id for id, is_changed in reached.items() if is_changed}
            done = await _newsletter(connection, found, changed, "SUBSCRIBED", by)
            done |= {
                id: MassActionResult(id, MassActionOutcome.REFUSED, NO_DEFAULT_VIEW)
                for id in found
                if id not in reached
            }
        case MassAction.UNSUBSCRIBE:
            ended = await newsletter.unsubscribe_customers(connection, list(found))
            done = await _newsletter(connection, found, ended, "UNSUBSCRIBED", by)
        case MassAction.ASSIGN_GROUP:
            assert group_id is not None
            done = await _assign_group(connection, found, group_id, by)
        case MassAction.DELETE:
            done = await _delete(connection, found, by)
    return [done[id] if id in found else MassActionResult(id, MassActionOutcome.NOT_FOUND, UNKNOWN) for id in ids]


async def _newsletter(
    connection: Connection, found: Mapping[int, Row], changed: set[int], kind: str, by: Actor
) -> dict[int, MassActionResult]:
    changes = {"isSubscribed": (kind == "UNSUBSCRIBED", kind == "SUBSCRIBED")}
    await record_customer_events(connection, [(id, found[id].version, changes) for id in changed], kind=kind, by=by)
    return {
        id: MassActionResult(id, MassActionOutcome.DONE if id in changed else MassActionOutcome.UNCHANGED)
        for id in found
    }


async def _assign_group(
    connection: Connection, found: Mapping[int, Row], group_id: int, by: Actor
) -> dict[int, MassActionResult]:
    await check_group(connection, group_id, path=["groupId"])
    results: dict[int, MassActionResult] = {}
    movable: list[Row] = []
    for id, row in found.items():
        if row.group_id == group_id:
            results[id] = MassActionResult(id, MassActionOutcome.UNCHANGED)
        elif row.customer_type != CustomerType.INDIVIDUAL.value:
            results[id] = MassActionResult(id, MassActionOutcome.REFUSED, COMPANY_FREEZES_GROUP)
        else:
            movable.append(row)
    versions = await customers.assign_group(connection, movable, group_id)
    to = encode_id("grp", group_id)
    moved = [(id, version, {"groupId": (encode_id("grp", found[id].group_id), to)}) for id, version in versions.items()]
    await record_customer_events(connection, moved, kind="EDITED", by=by)
    for row in movable:
        stale = MassActionResult(row.id, MassActionOutcome.REFUSED, CHANGED_MEANWHILE)
        results[row.id] = MassActionResult(row.id, MassActionOutcome.DONE) if row.id in versions else stale
    return results


async def _delete(connection: Connection, found: Mapping[int, Row], by: Actor) -> dict[int, MassActionResult]:
    gone = {row.id: row.version for row in await customers.delete_customers(connection, list(found))}
    await end_all_access(connection, list(gone))
    events = [(id, version + 1, {}) for id, version in gone.items()]
    websites = {id: found[id].website_id for id in gone}
    await record_customer_events(connection, events, kind="DELETED", by=by, deleted_from=websites)
    return {
        id: MassActionResult(id, MassActionOutcome.DONE)
        if id in gone
        else MassActionResult(id, MassActionOutcome.REFUSED, NEEDS_ANOTHER_ADMIN)
        for id in found
    }
