"""Putting customers into the groups that their VAT numbers lead to (docs/domain/vat.md#vat-6)."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select

from customer_gql.core.actor import Actor, ActorKind
from customer_gql.customers.accounts.registration.default_groups import find_default_groups
from customer_gql.customers.accounts.sessions.access import end_sessions_on_excluded_websites
from customer_gql.customers.profile.tables import CustomerType
from customer_gql.customers.profile.writes import change_customers, lock_customers
from customer_gql.customers.vat.tables import VatResult, VatSource
from customer_gql.database.statements import Connection, Row, equals_any, fetch_rows
from customer_gql.shop.groups.tables import customer_group_excluded_website as excluded
from customer_gql.shop.groups.writes import lock_groups
from customer_gql.shop.settings.reads import SettingValues, settings_at

from .reads import GROUP_DECIDED, find_members_by_rule, find_numbers_valid_before
from .rule import CheckedNumber, GroupDecision, decide_group
from .settings import BILLING, DECIDING_ADDRESS, GROUPS, RULE_SETTINGS

_SYSTEM: Final = Actor(ActorKind.SYSTEM)
State = Mapping[str, Any]
"""A row of `read_states`, with the check that was made meanwhile."""


async def apply_rule(connection: Connection, states: Mapping[int, Sequence[State]]) -> None:
    """Have the numbers of customers decide their groups. The transaction has locked the customers."""
    free = {id: rows for id, rows in states.items() if _is_free(rows[0])}
    if not free:
        return
    decisions = await _decide(connection, free)
    wanted = {id: made.group_id for id, made in decisions.items() if made.group_id is not None}
    leaving = {
        id: free[id][0]["group_id"] for id, made in decisions.items() if made.group_id is None and not made.is_pending
    }
    if leaving:
        wanted |= await find_default_groups(connection, await _find_leaving(connection, free, leaving))
    moving = {id: group_id for id, group_id in wanted.items() if group_id != free[id][0]["group_id"]}
    if moving:
        await _move_to_groups(connection, moving)


async def _find_leaving(
    connection: Connection, states: Mapping[int, Sequence[State]], leaving: Mapping[int, int]
) -> list[int]:
    """Where the history of the time is gone, a customer in a group of the rule counts as put there by it."""
    members, forgotten = await find_members_by_rule(connection, leaving)
    for id in forgotten:
        row = states[id][0]
        shop = await read_rule_settings(connection, row["website_id"], row["created_in_store_view_id"])
        if leaving[id] in {shop[group] for group in GROUPS}:
            members.append(id)
    return members


async def read_rule_settings(connection: Connection, website_id: int, store_view_id: int | None) -> SettingValues:
    return await settings_at(connection, *RULE_SETTINGS, website_id=website_id, store_view_id=store_view_id)


def _is_free(state: State) -> bool:
    is_member = state["customer_type"] != CustomerType.INDIVIDUAL.value
    return not is_member and not state["is_automatic_group_change_disabled"]


async def _decide(connection: Connection, states: Mapping[int, Sequence[State]]) -> dict[int, GroupDecision]:
    places: dict[tuple[int, int], SettingValues] = {}
    deciding: dict[int, State | None] = {}
    for id, rows in states.items():
        place = rows[0]["website_id"], rows[0]["created_in_store_view_id"]
        if place not in places:
            places[place] = await read_rule_settings(connection, *place)
        column = "is_default_billing" if places[place][DECIDING_ADDRESS] == BILLING else "is_default_shipping"
        deciding[id] = next((row for row in rows if row[column]), None)
    with_number = [id for id, row in deciding.items() if row is not None]
    valid = await find_numbers_valid_before(connection, with_number) if with_number else set[tuple[int, str]]()
    return {
        id: decide_group(
            places[states[id][0]["website_id"], states[id][0]["created_in_store_view_id"]],
            None if row is None else _describe_check(row, valid),
        )
        for id, row in deciding.items()
    }


def _describe_check(row: State, valid: Collection[tuple[int, str]]) -> CheckedNumber:
    was_valid = (row["id"], row["number"]) in valid
    return CheckedNumber(row["country_code"], VatResult(row["result"]), VatSource(row["source"]), was_valid)


async def _move_to_groups(connection: Connection, wanted: Mapping[int, int]) -> None:
    """Customers stay where they are if the group excludes their website, or is being deleted."""
    locked = await lock_customers(connection, list(wanted), websites=None)
    assignable = await lock_groups(connection, set(wanted.values()))
    pairs = await fetch_rows(connection, select(excluded).where(equals_any(excluded.c.group_id, sorted(assignable))))
    closed = {(row.group_id, row.website_id) for row in pairs}
    by_group = defaultdict[int, list[Row]](list)
    for id, account in locked.items():
        if wanted[id] in assignable and (wanted[id], account.website_id) not in closed:
            by_group[wanted[id]].append(account)
    for group_id, accounts in sorted(by_group.items()):
        moved = await change_customers(connection, accounts, {"group_id": group_id}, kind=GROUP_DECIDED, by=_SYSTEM)
        await end_sessions_on_excluded_websites(connection, group_id=group_id, customer_ids=sorted(moved), by=_SYSTEM)
