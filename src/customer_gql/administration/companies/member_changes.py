"""What staff change about members of a company, and where they stand in it (docs/domain/companies.md#companies-7)."""

from collections.abc import Mapping
from typing import Any

from customer_gql.core.actor import Actor
from customer_gql.core.errors import CollectedErrors
from customer_gql.core.text import validate_line
from customer_gql.core.viewer import Websites
from customer_gql.customers.companies.memberships import NOT_A_MEMBER, find_member, validate_role
from customer_gql.customers.companies.self_service.structure import place_node
from customer_gql.customers.companies.self_service.users import record_place, store_seat
from customer_gql.customers.companies.tables import MAX_NAME
from customer_gql.customers.companies.writes import lock_company, record_company_event
from customer_gql.customers.profile.values.validation import IS_COMPANY_ADMIN
from customer_gql.database.statements import Connection, Row

from .members import lock_company_with_customer


async def change_company_member(
    connection: Connection,
    company_id: int,
    customer_id: int,
    given: Mapping[str, Any],
    *,
    websites: Websites,
    by: Actor,
) -> int:
    """Store what differs of a membership, given by input name; its key. Raises `RuleErrors`."""
    locked = await lock_company_with_customer(connection, company_id, customer_id, websites=websites)
    seat = await find_member(connection, company_id, customer_id)
    if seat is None:
        raise NOT_A_MEMBER(path=["customerId"])
    values = await _validate_seat(connection, locked.row, seat, given)
    if values:
        changes = await store_seat(connection, seat, values)
        kind, event_type = "COMPANY_MEMBER_CHANGED", "company.updated"
        await record_company_event(
            connection, locked.row, kind, event_type, by=by, changes=changes, customer_ids=[customer_id]
        )
        await record_place(connection, seat, locked.accounts[customer_id], changes, by=by)
    return seat.id


async def _validate_seat(connection: Connection, employer: Row, seat: Row, given: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of the membership that change."""
    refused, values = CollectedErrors(), dict[str, Any]()
    with refused.collecting():
        if "jobTitle" in given:
            values["job_title"] = validate_line(given["jobTitle"], ["jobTitle"], MAX_NAME)
    with refused.collecting():
        if "roleId" in given and given["roleId"] != seat.role_id:
            values["role_id"] = await validate_role(connection, employer.id, given["roleId"], ["roleId"])
    with refused.collecting():
        if given.get("isActive") is False and employer.admin_customer_id == seat.customer_id:
            raise IS_COMPANY_ADMIN(path=["isActive"])
        if "isActive" in given:
            values["is_active"] = given["isActive"]
    refused.raise_collected()
    return {column: value for column, value in values.items() if value != seat[column]}


async def move_company_node(
    connection: Connection, company_id: int, node_id: int, parent_id: int, *, websites: Websites, by: Actor
) -> None:
    """Put a member or a team below another node, with all that is below it. Raises `RuleError`."""
    employer = await lock_company(connection, company_id, websites=websites, path=["companyId"])
    name = await place_node(connection, company_id, node_id, parent_id)
    if name is not None:
        kind, event_type = "COMPANY_NODE_MOVED", "company.updated"
        await record_company_event(connection, employer, kind, event_type, by=by, changes={"node": (None, name)})
