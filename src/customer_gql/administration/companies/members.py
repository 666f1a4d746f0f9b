"""Who belongs to a company, as staff decide it (docs/domain/companies.md#companies-7)."""

from customer_gql.core.actor import Actor
from customer_gql.core.text import validate_line
from customer_gql.core.viewer import Websites
from customer_gql.customers.companies.memberships import (
    NOT_A_MEMBER,
    MemberPlace,
    add_member,
    find_member,
    remove_members,
    settle_accounts,
    validate_role,
)
from customer_gql.customers.companies.tables import MAX_NAME
from customer_gql.customers.companies.writes import (
    LockedCompany,
    find_default_role,
    lock_company_with,
    record_company_event,
)
from customer_gql.customers.profile.values.validation import IS_COMPANY_ADMIN
from customer_gql.customers.profile.writes import CUSTOMER_NOT_FOUND
from customer_gql.database.statements import Connection, Row


async def add_company_member(
    connection: Connection,
    company_id: int,
    customer_id: int,
    *,
    role_id: int | None,
    job_title: str | None,
    is_primary: bool,
    websites: Websites,
    by: Actor,
) -> int:
    """Make a customer a member below the admin; the key of the membership. Raises `RuleError`."""
    title = validate_line(job_title, ["jobTitle"], MAX_NAME)
    locked = await lock_company_with_customer(connection, company_id, customer_id, websites=websites)
    account = locked.accounts[customer_id]
    chosen = (
        await find_default_role(connection, company_id)
        if role_id is None
        else await validate_role(connection, company_id, role_id, ["roleId"])
    )
    admin = await find_member(connection, company_id, locked.row.admin_customer_id)
    place = MemberPlace(
        role_id=chosen, parent_id=None if admin is None else admin.id, job_title=title, is_primary=is_primary
    )
    key = await add_member(connection, locked.row, account, place, path=["customerId"], by=by)
    await settle_accounts(connection, [account], by=by)
    await _record_member(connection, locked.row, "COMPANY_MEMBER_ADDED", "company.member_added", customer_id, by)
    return key


async def remove_company_member(
    connection: Connection, company_id: int, customer_id: int, *, websites: Websites, by: Actor
) -> None:
    """End a membership (docs/domain/companies.md#companies-10). Raises `RuleError`, also for the admin."""
    locked = await lock_company_with_customer(connection, company_id, customer_id, websites=websites)
    if await find_member(connection, company_id, customer_id) is None:
        raise NOT_A_MEMBER(path=["customerId"])
    if locked.row.admin_customer_id == customer_id:
        raise IS_COMPANY_ADMIN(path=["customerId"])
    await remove_members(connection, locked.row, [locked.accounts[customer_id]], by=by)
    await _record_member(connection, locked.row, "COMPANY_MEMBER_REMOVED", "company.member_removed", customer_id, by)


async def _record_member(
    connection: Connection, employer: Row, kind: str, event_type: str, customer_id: int, by: Actor
) -> None:
    await record_company_event(connection, employer, kind, event_type, by=by, customer_ids=[customer_id])


async def lock_company_with_customer(
    connection: Connection, company_id: int, customer_id: int, *, websites: Websites
) -> LockedCompany:
    """The company and one customer, within the reach of the viewer."""

    async def find_one(_connection: Connection, _company_id: int) -> list[int]:
        return [customer_id]

    locked = await lock_company_with(connection, company_id, find_one, websites=websites, path=["companyId"])
    account = locked.accounts.get(customer_id)
    if account is None or (websites is not None and account.website_id not in websites):
        raise CUSTOMER_NOT_FOUND(path=["customerId"])
    return locked
