"""What staff do with companies (docs/domain/companies.md#companies-2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import delete, select

from customer_gql.administration.website_moves.steps import refuse_excluded_group
from customer_gql.core.actor import Actor
from customer_gql.core.clock import read_clock
from customer_gql.core.errors import CollectedErrors, Refusal, UserErrorCode
from customer_gql.core.text import validate_lines
from customer_gql.core.viewer import Websites
from customer_gql.customers.accounts.writes import assign_group
from customer_gql.customers.companies.mails.notices import notify_of_representative
from customer_gql.customers.companies.memberships import remove_members
from customer_gql.customers.companies.tables import MAX_REASON, CompanyStatus, company, company_member
from customer_gql.customers.companies.values import describe_company, validate_profile
from customer_gql.customers.companies.writes import (
    change_company,
    find_members,
    lock_companies,
    lock_company,
    lock_company_with,
    merge_company,
    record_company_event,
    refuse_taken_external_id,
)
from customer_gql.database.statements import Connection, Row, execute_statement, fetch_rows, fetch_value
from customer_gql.shop.groups.writes import validate_group
from customer_gql.staff.tables import staff_user

_REPRESENTATIVE_NOT_FOUND: Final = Refusal(
    "company.sales_representative_not_found", "There is no such active staff user.", UserErrorCode.NOT_FOUND
)
_HAS_PARENT: Final = Refusal(
    "company.has_relatives",
    "Only a company without parent and children can become a child. Detach it first.",
    UserErrorCode.NOT_ALLOWED,
)
_PARENT_IS_CHILD: Final = Refusal(
    "company.parent_is_child", "The parent is a child of another company itself.", UserErrorCode.NOT_ALLOWED
)
_PARENT_NOT_FOUND: Final = Refusal(
    "company.parent_not_found", "There is no such company on the same website.", UserErrorCode.NOT_FOUND
)


async def validate_company(
    connection: Connection, stored: Row | None, website_id: int, given: Mapping[str, Any]
) -> dict[str, Any]:
    """What is given, by column. Raises `RuleErrors` with everything that does not fit."""
    refused, values = CollectedErrors(), dict[str, Any]()
    others = ("groupId", "salesRepresentativeId")
    with refused.collecting():
        values |= validate_profile({name: value for name, value in given.items() if name not in others})
    with refused.collecting():
        if "groupId" in given and (stored is None or given["groupId"] != stored.group_id):
            values["group_id"] = await validate_group(connection, given["groupId"], ["groupId"])
            await refuse_excluded_group(connection, values["group_id"], website_id, path=["groupId"])
    with refused.collecting():
        staff_id = given.get("salesRepresentativeId")
        # One who was chosen earlier stays, also when they no longer work for the shop.
        if "salesRepresentativeId" in given and (stored is None or staff_id != stored.sales_representative_id):
            values["sales_representative_id"] = await validate_representative(connection, staff_id)
    with refused.collecting():
        key = None if stored is None else stored.id
        await refuse_taken_external_id(connection, values.get("external_id"), key)
    refused.raise_collected()
    return values


async def validate_representative(connection: Connection, staff_id: int | None) -> int | None:
    found = select(staff_user.c.id).where(staff_user.c.id == staff_id, staff_user.c.is_active)
    if staff_id is not None and await fetch_value(connection, found) is None:
        raise _REPRESENTATIVE_NOT_FOUND(path=["salesRepresentativeId"])
    return staff_id


async def update_company(
    connection: Connection,
    company_id: int,
    given: Mapping[str, Any],
    *,
    expected_version: int | None,
    websites: Websites,
    by: Actor,
) -> None:
    """Store what differs. A new group reaches every member whose primary company it is. Raises `RuleErrors`."""
    find = find_members if "groupId" in given else _find_nobody
    locked = await lock_company_with(connection, company_id, find, websites=websites)
    stored = locked.row
    wanted = await validate_company(connection, stored, stored.website_id, given)
    edit = await merge_company(connection, stored, wanted, expected_version=expected_version)
    if edit is None:
        return
    if "group_id" in edit.values:
        await _move_members(connection, stored.id, locked.accounts, edit.values["group_id"], by)
    kind, event_type = "COMPANY_CHANGED", "company.updated"
    await record_company_event(connection, stored, kind, event_type, by=by, version=edit.version, changes=edit.changes)
    await notify_of_representative(connection, stored, edit.values.get("sales_representative_id"), by=by)


async def _find_nobody(_connection: Connection, _company_id: int) -> list[int]:
    return []


async def _move_members(
    connection: Connection, company_id: int, accounts: Mapping[int, Row], group_id: int, by: Actor
) -> None:
    primary = select(company_member.c.customer_id).where(
        company_member.c.company_id == company_id, company_member.c.is_primary
    )
    ids = [row.customer_id for row in await fetch_rows(connection, primary)]
    await assign_group(connection, [accounts[id] for id in ids if id in accounts], group_id, by=by)


async def set_parent(
    connection: Connection, company_id: int, parent_id: int | None, *, websites: Websites, by: Actor
) -> None:
    """Make a company the child of another, or of none (docs/domain/companies.md#companies-12)."""
    ids = [company_id, *([] if parent_id is None else [parent_id])]
    found = await lock_companies(connection, ids)
    stored = await lock_company(connection, company_id, websites=websites, path=["companyId"])
    if stored.parent_id == parent_id:
        return
    if parent_id is not None:
        parent = found.get(parent_id)
        if parent is None or parent.website_id != stored.website_id:
            raise _PARENT_NOT_FOUND(path=["parentId"])
        if parent.parent_id is not None:
            raise _PARENT_IS_CHILD(path=["parentId"])
        children = select(company.c.id).where(company.c.parent_id == company_id).limit(1)
        if parent_id == company_id or stored.parent_id is not None or await fetch_value(connection, children):
            raise _HAS_PARENT(path=["companyId"])
    await _store_parent(connection, stored, parent_id, by)


async def _store_parent(connection: Connection, stored: Row, parent_id: int | None, by: Actor) -> None:
    values = {"parent_id": parent_id}
    version = await change_company(connection, stored, values)
    changes, kind, event_type = describe_company(stored, values), "COMPANY_CHANGED", "company.updated"
    await record_company_event(connection, stored, kind, event_type, by=by, version=version, changes=changes)


@dataclass(frozen=True, slots=True)
class CompanyDeletion:
    """How many were members, and how many of their accounts ended with the company."""

    member_count: int
    deactivated_count: int


async def delete_company(connection: Connection, company_id: int, *, websites: Websites, by: Actor) -> CompanyDeletion:
    """Delete a company for good. Orders, history and credit of its members stay (docs/domain/companies.md#companies-10)."""
    locked = await lock_company_with(connection, company_id, find_members, websites=websites)
    children = await fetch_rows(connection, select(company.c.id).where(company.c.parent_id == company_id))
    for child in (await lock_companies(connection, [row.id for row in children])).values():
        await _store_parent(connection, child, None, by)
    accounts = list(locked.accounts.values())
    stopped = await remove_members(connection, locked.row, accounts, by=by)
    await execute_statement(connection, delete(company).where(company.c.id == company_id))
    changes = {field: (old, None) for field, (_, old) in describe_company(None, dict(locked.row)).items()}
    await record_company_event(connection, locked.row, "COMPANY_DELETED", "company.deleted", by=by, changes=changes)
    return CompanyDeletion(len(accounts), len(stopped))


def rejection(reason: str | None, path: Sequence[str]) -> dict[str, Any]:
    """The columns of a company that is rejected for this reason."""
    text = validate_lines(reason, path, MAX_REASON, required=True)
    return {"status": CompanyStatus.REJECTED.value, "rejection_reason": text, "rejected_at": read_clock()}
