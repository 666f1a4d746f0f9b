"""Members of a company, as those who manage them change them (docs/domain/company-users.md#company-users-6)."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select, update

from customer_gql.core.actor import Actor
from customer_gql.core.concurrent_edits import Changes
from customer_gql.core.errors import CollectedErrors, Refusal, UserErrorCode
from customer_gql.core.ids import encode_id
from customer_gql.core.text import validate_line
from customer_gql.customers.addresses.validation import validate_telephone
from customer_gql.customers.companies.memberships import (
    NOT_A_MEMBER,
    find_member,
    make_primary,
    remove_members,
    settle_accounts,
    validate_role,
)
from customer_gql.customers.companies.tables import MAX_NAME, company_member
from customer_gql.customers.history.writes import record_customer_event
from customer_gql.customers.profile.values import fields
from customer_gql.customers.profile.values.validation import IS_COMPANY_ADMIN
from customer_gql.customers.profile.writes import change_customer
from customer_gql.database.statements import Connection, Row, execute_statement, fetch_value
from customer_gql.database.transactions import mark_customers
from customer_gql.shop.settings.reads import settings_at

from .acting import ActingMember, record_acting
from .roles import find_role, refuse_missing_permissions

_NOT_ONESELF: Final = Refusal(
    "company.not_oneself", "Another member has to do this to your membership.", UserErrorCode.NOT_ALLOWED
)
_ADMIN_OF_OTHERS: Final = Refusal(
    "company.admin_changes_own_place", "Only the admin can change the admin's membership.", UserErrorCode.NOT_ALLOWED
)
_NAME_OF_OTHERS: Final = Refusal(
    "company.name_not_of_company",
    "The account was not created for this company alone, so only its owner can change the name.",
    UserErrorCode.NOT_ALLOWED,
)
_NAMES: Final = {"firstName": "first_name", "lastName": "last_name"}
_SEAT: Final = {"jobTitle": "job_title", "telephone": "telephone", "roleId": "role_id", "isActive": "is_active"}


async def update_user(
    connection: Connection, acting: ActingMember, member: tuple[int, int], given: Mapping[str, Any], *, by: Actor
) -> None:
    """Store what differs of a membership, and of the name of an account that is the company's."""
    seat, account = await _find_seat(connection, acting, member)
    if seat.customer_id == acting.company.admin_customer_id and not acting.is_admin:
        raise _ADMIN_OF_OTHERS(path=["id"])
    refused, values, names = CollectedErrors(), dict[str, Any](), dict[str, str | None]()
    with refused.collecting():
        values = await _validate_seat(connection, acting, seat, given)
    with refused.collecting():
        names = await _validate_names(connection, seat, account, given)
    refused.raise_collected()
    if values:
        await _store_seat(connection, acting, seat, account, values, by)
    if names:
        await change_customer(connection, account, names, kind="EDITED", by=by)


async def _find_seat(connection: Connection, acting: ActingMember, member: tuple[int, int]) -> tuple[Row, Row]:
    seat = await find_member(connection, acting.company_id, member[0])
    account = acting.accounts.get(member[0])
    if seat is None or account is None or seat.id != member[1]:
        raise NOT_A_MEMBER(path=["id"])
    return seat, account


async def _validate_seat(
    connection: Connection, acting: ActingMember, seat: Row, given: Mapping[str, Any]
) -> dict[str, Any]:
    """The columns of the membership that change."""
    refused, values = CollectedErrors(), dict[str, Any]()
    with refused.collecting():
        if "jobTitle" in given:
            values["job_title"] = validate_line(given["jobTitle"], ["jobTitle"], MAX_NAME)
    with refused.collecting():
        if "telephone" in given:
            values["telephone"] = validate_telephone(given["telephone"], ["telephone"])
    with refused.collecting():
        if "roleId" in given and given["roleId"] != seat.role_id:
            role = await find_role(connection, acting.company_id, given["roleId"], ["roleId"])
            refuse_missing_permissions(acting, role.permissions, ["roleId"])
            values["role_id"] = await validate_role(connection, acting.company_id, role.id, ["roleId"])
    with refused.collecting():
        if given.get("isActive") is False:
            _refuse_end(acting, seat, ["isActive"])
        if given.get("isActive") and not seat.is_active and "role_id" not in values:
            # Who lets a member act again grants what the role allows.
            role = await find_role(connection, acting.company_id, seat.role_id, ["isActive"])
            refuse_missing_permissions(acting, role.permissions, ["isActive"])
        if "isActive" in given:
            values["is_active"] = given["isActive"]
    refused.raise_collected()
    return {column: value for column, value in values.items() if value != seat[column]}


async def _validate_names(
    connection: Connection, seat: Row, account: Row, given: Mapping[str, Any]
) -> dict[str, str | None]:
    wanted = {field: given[field] for field in _NAMES if field in given}
    new = {field: value for field, value in wanted.items() if field not in fields.find_given_back(wanted, account)}
    if not new:
        return {}
    shop = await settings_at(connection, *fields.SETTINGS, website_id=account.website_id)
    valid = fields.validate_profile(new, shop)
    values = {_NAMES[field]: value for field, value in valid.items() if value != account[_NAMES[field]]}
    if values and (not seat.is_account_of_company or await _has_others(connection, seat)):
        raise _NAME_OF_OTHERS(path=[next(field for field, column in _NAMES.items() if column in values)])
    return values


async def _has_others(connection: Connection, seat: Row) -> bool:
    member = company_member.c
    others = select(member.id).where(member.customer_id == seat.customer_id, member.id != seat.id).limit(1)
    return await fetch_value(connection, others) is not None


def _refuse_end(acting: ActingMember, seat: Row, path: list[str]) -> None:
    if seat.customer_id == acting.company.admin_customer_id:
        raise IS_COMPANY_ADMIN(path=path)
    if seat.customer_id == acting.membership.customer_id:
        raise _NOT_ONESELF(path=path)


async def _store_seat(
    connection: Connection, acting: ActingMember, seat: Row, account: Row, values: dict[str, Any], by: Actor
) -> None:
    changes = await store_seat(connection, seat, values)
    await record_acting(connection, acting, "COMPANY_MEMBER_CHANGED", changes, by=by, customer_ids=[account.id])
    if account.id != acting.membership.customer_id:
        await record_place(connection, seat, account, changes, by=by)


async def store_seat(connection: Connection, seat: Row, values: Mapping[str, Any]) -> Changes:
    """Store columns of a membership; what history tells of them."""
    of_seat = (company_member.c.customer_id == seat.customer_id, company_member.c.id == seat.id)
    await execute_statement(connection, update(company_member).where(*of_seat).values(**values))
    mark_customers(connection, [seat.customer_id], company_member)
    return _describe_seat(seat, values)


async def record_place(connection: Connection, seat: Row, account: Row, changes: Changes, *, by: Actor) -> None:
    """Tell in the history of a customer what others changed about the place in a company."""
    of_company = {"company": (None, encode_id("com", seat.company_id)), **changes}
    kind = "COMPANY_PLACE_CHANGED"
    await record_customer_event(connection, account.id, kind=kind, version=account.version, by=by, changes=of_company)


def _describe_seat(seat: Row, values: Mapping[str, Any]) -> Changes:
    def show(column: str, value: Any) -> Any:
        return encode_id("crl", value) if column == "role_id" else value

    # Telephone numbers stay out of the history of staff.
    shown = {field: column for field, column in _SEAT.items() if column in values and column != "telephone"}
    return {field: (show(column, seat[column]), show(column, values[column])) for field, column in shown.items()}


async def remove_user(connection: Connection, acting: ActingMember, member: tuple[int, int], *, by: Actor) -> None:
    """End a membership of a colleague (docs/domain/companies.md#companies-10)."""
    seat, account = await _find_seat(connection, acting, member)
    _refuse_end(acting, seat, ["id"])
    await remove_members(connection, acting.company, [account], by=by)
    kind, event_type = "COMPANY_MEMBER_REMOVED", "company.member_removed"
    await record_acting(connection, acting, kind, {}, by=by, event_type=event_type, customer_ids=[account.id])


async def select_company(connection: Connection, acting: ActingMember, *, by: Actor) -> None:
    """Make the membership of the acting member the primary one, which decides the group."""
    if not acting.membership.is_active:
        raise NOT_A_MEMBER(path=["companyId"])
    if acting.membership.is_primary:
        return
    account = acting.accounts[acting.membership.customer_id]
    await make_primary(connection, account.id, acting.membership.id)
    of_company = {"primaryCompany": (None, encode_id("com", acting.company_id))}
    await record_customer_event(
        connection, account.id, kind="COMPANY_SELECTED", version=account.version, by=by, changes=of_company
    )
    await settle_accounts(connection, [account], by=by)
