"""Values that a mass action replaced are stored again, unless they were changed since
(docs/domain/mass-actions.md#mass-actions-17)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select

from customer_gql.administration.website_moves.steps import GROUP_EXCLUDED
from customer_gql.core.actor import Actor
from customer_gql.core.clock import read_clock
from customer_gql.core.concurrent_edits import Changes
from customer_gql.core.errors import Refusal, RuleError, UserErrorCode
from customer_gql.core.ids import decode_keys
from customer_gql.core.text import fold_text
from customer_gql.customers.accounts.sessions import access
from customer_gql.customers.accounts.writes import notify_of_statuses
from customer_gql.customers.companies.decisions import WAITS_FOR_COMPANY, find_waiting_accounts
from customer_gql.customers.history.stored_values import name_stored_value, parse_stored_value
from customer_gql.customers.newsletter.tables import SubscriptionStatus
from customer_gql.customers.newsletter.writes import Key, read_opt_outs, read_statuses, restore_subscriptions
from customer_gql.customers.profile.tables import CustomerStatus, CustomerType, customer
from customer_gql.customers.profile.values.validation import COMPANY_DECIDES_GROUP, IS_COMPANY_ADMIN, is_company_admin
from customer_gql.customers.profile.writes import change_each_customer
from customer_gql.customers.tags.values import MAX_TAGS, find_tag_refusal
from customer_gql.customers.tags.writes import change_tags, read_tags
from customer_gql.database.statements import Connection, Row, equals_any, fetch_rows
from customer_gql.shop.groups.tables import customer_group_excluded_website as excluded
from customer_gql.shop.groups.writes import GROUP_NOT_FOUND, lock_groups

from .refusals import MassAction

_CHANGED_SINCE: Final = Refusal(
    "undo.changed_since", "This customer was changed after the job.", UserErrorCode.NOT_ALLOWED
)
_COLUMNS: Final = {name_stored_value(one.name): one for one in customer.c}


@dataclass(frozen=True, slots=True)
class UndoneEntry:
    """What a job changed of a customer who is locked, and when."""

    row: Row
    changes: Changes
    at: dt.datetime


Refused = dict[int, RuleError | None]
"""What refuses an undo, by customer; None for those with nothing left to undo. The others are done."""


async def undo_columns(
    connection: Connection, action: MassAction, entries: Sequence[UndoneEntry], by: Actor
) -> Refused:
    """Of the customers themselves."""
    refused, restored = Refused(), dict[int, dict[str, Any]]()
    for entry in entries:
        before, after = (_parse_side(entry.changes, side) for side in (0, 1))
        if any(entry.row[name] != value for name, value in after.items()):
            refused[entry.row.id] = _CHANGED_SINCE()
        elif action is MassAction.UNLOCK and not _is_ahead(before.get("locked_until")):
            refused[entry.row.id] = None  # the lock is over
        else:
            restored[entry.row.id] = before
    rows = [entry.row for entry in entries if entry.row.id in restored]
    refused |= await _judge_restored(connection, action, rows, restored)
    rows = [row for row in rows if row.id not in refused]
    if action is MassAction.ACTIVATE:
        await access.end_all_access(connection, [row.id for row in rows], by=by)
    for kind in ("EDITED", "ACTIVATED", "DEACTIVATED", "LOCKED", "UNLOCKED"):
        values = {row.id: restored[row.id] for row in rows if _kind_of(action, restored[row.id]) == kind}
        await change_each_customer(connection, rows, values, kind=kind, by=by)
    if action in (MassAction.ACTIVATE, MassAction.DEACTIVATE):
        status = CustomerStatus.INACTIVE if action is MassAction.ACTIVATE else CustomerStatus.ACTIVE
        await notify_of_statuses(connection, rows, status)
    if action is MassAction.ASSIGN_GROUP:
        await access.end_sessions_on_excluded_websites(connection, customer_ids=[row.id for row in rows], by=by)
    return refused


def _parse_side(changes: Changes, side: int) -> dict[str, Any]:
    """The values before (0) or after (1), by column."""
    found = {name: _COLUMNS[name] for name in changes if name in _COLUMNS}
    return {
        str(one.name): parse_stored_value(one.name, changes[name][side], one.type.python_type)
        for name, one in found.items()
    }


def _is_ahead(time: dt.datetime | None) -> bool:
    return time is not None and time > read_clock()


def _kind_of(action: MassAction, restored: Mapping[str, Any]) -> str:
    """As the mutation for one customer writes such a change."""
    match action:
        case MassAction.ACTIVATE:
            return "DEACTIVATED"
        case MassAction.DEACTIVATE:
            return "ACTIVATED"
        case MassAction.LOCK | MassAction.UNLOCK:
            return "LOCKED" if _is_ahead(restored.get("locked_until")) else "UNLOCKED"
        case _:
            return "EDITED"


async def _judge_restored(
    connection: Connection, action: MassAction, rows: Sequence[Row], restored: Mapping[int, Mapping[str, Any]]
) -> Refused:
    """The rules that the mutation for one customer has for such a value."""
    if action is MassAction.ACTIVATE:
        return {row.id: IS_COMPANY_ADMIN() for row in rows if is_company_admin(row)}
    if action is MassAction.DEACTIVATE:
        waiting = await find_waiting_accounts(connection, [row.id for row in rows])
        return {id: WAITS_FOR_COMPANY() for id in waiting}
    if action is not MassAction.ASSIGN_GROUP or not rows:
        return {}
    groups = {row.id: restored[row.id]["group_id"] for row in rows}
    known = await lock_groups(connection, set(groups.values()))
    pairs = select(excluded).where(equals_any(excluded.c.group_id, sorted(known)))
    closed = {(row.group_id, row.website_id) for row in await fetch_rows(connection, pairs)}
    refused = Refused()
    for row in rows:
        if row.customer_type != CustomerType.INDIVIDUAL.value:
            refused[row.id] = COMPANY_DECIDES_GROUP()
        elif groups[row.id] not in known:
            refused[row.id] = GROUP_NOT_FOUND()
        elif (groups[row.id], row.website_id) in closed:
            refused[row.id] = GROUP_EXCLUDED()
    return refused


async def undo_tags(connection: Connection, _: MassAction, entries: Sequence[UndoneEntry], by: Actor) -> Refused:
    """Each tag is a value of its own: others that came or went since stay as they are."""
    stored = await read_tags(connection, [entry.row.id for entry in entries])
    refused, after = Refused(), dict[int, dict[str, str]]()
    for entry in entries:
        id, now = entry.row.id, stored[entry.row.id]
        old, new = ({fold_text(tag): tag for tag in tags} for tags in entry.changes["tags"])
        added = {fold: tag for fold, tag in new.items() if fold not in old}
        removed = {fold: tag for fold, tag in old.items() if fold not in new}
        kept = {fold: tag for fold, tag in now.items() if fold not in added}
        if any(now.get(fold) != tag for fold, tag in added.items()) or removed.keys() & now.keys():
            refused[id] = _CHANGED_SINCE()
        elif removed and len(kept) + len(removed) > MAX_TAGS:
            refused[id] = find_tag_refusal(len(kept), len(removed))
        else:
            after[id] = {**kept, **removed}
    await change_tags(connection, [entry.row for entry in entries], stored, after, by=by)
    return refused


async def undo_subscriptions(
    connection: Connection, _: MassAction, entries: Sequence[UndoneEntry], by: Actor
) -> Refused:
    """Status by store view. Who asked for an end since does not get the newsletter again, even where the job had ended it."""
    ids = [entry.row.id for entry in entries]
    stored, ends = await read_statuses(connection, ids), await read_opt_outs(connection, ids)
    refused, wanted = Refused(), dict[Key, SubscriptionStatus | None]()
    for entry in entries:
        pairs = {_key_of(name): pair for name, pair in entry.changes.items()}
        is_ended = any(ends[key] > entry.at for key in pairs if key in ends)
        if is_ended or any(stored.get(key) != after for key, (_, after) in pairs.items()):
            refused[entry.row.id] = _CHANGED_SINCE()
        else:
            wanted |= {key: None if old is None else SubscriptionStatus(old) for key, (old, _) in pairs.items()}
    await restore_subscriptions(connection, [entry.row for entry in entries], wanted, by=by)
    return refused


def _key_of(name: str) -> Key:
    customer_id, store_view_id = decode_keys(name.partition(".")[0], "sub", 2)
    return customer_id, store_view_id
