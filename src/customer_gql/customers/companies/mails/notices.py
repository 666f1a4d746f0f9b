"""Mails about companies, queued by the transaction that causes them (docs/domain/companies.md#companies-13)."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import select

from customer_gql.core.actor import SYSTEM, Actor
from customer_gql.customers.companies.tables import CompanyStatus
from customer_gql.customers.profile.reads import find_mail_view, read_mail_views
from customer_gql.customers.profile.tables import CustomerStatus, CustomerType, customer
from customer_gql.database.statements import Connection, Row, fetch_one
from customer_gql.messaging.mail.bulk import BulkMail, queue_bulk_mails
from customer_gql.messaging.mail.writes import queue_mail
from customer_gql.shop.settings.reads import setting
from customer_gql.staff.tables import staff_user

from .settings import STATUS_COPIES, split_addresses

_ABOUT_STATUS: Final = {
    CompanyStatus.PENDING: "company_pending",
    CompanyStatus.REJECTED: "company_rejected",
    CompanyStatus.BLOCKED: "company_blocked",
}


async def notify_of_status(
    connection: Connection, employer: Row, status: CompanyStatus, reason: str | None, *, by: Actor = SYSTEM
) -> None:
    """Tell the admin about a new state, and send copies to the addresses that the website names. `employer` is as before."""
    was_waiting = employer.status == CompanyStatus.PENDING.value
    template = _ABOUT_STATUS.get(status, "company_activated" if was_waiting else "company_reactivated")
    told = {} if reason is None else {"reason": reason}
    admin = await _find_account(connection, employer.admin_customer_id)
    await _notify(connection, template, employer, admin, by=by, **told)
    copies = split_addresses(await setting(connection, STATUS_COPIES, website_id=employer.website_id))
    view_id = await find_mail_view(connection, admin) if copies else None
    for address in copies:
        await _queue(connection, template, BulkMail(address, None, view_id, {"company": employer.name, **told}), by)


async def notify_of_representative(
    connection: Connection, employer: Row, staff_id: int | None, *, by: Actor = SYSTEM, tells_admin: bool = True
) -> None:
    """Tell a sales representative, where there is one, and the admin that the one looks after the company of the other."""
    staff = await _find_representative(connection, staff_id)
    if staff is None:
        return
    await _notify_staff(connection, "staff_company_assigned", employer, staff, by=by)
    if tells_admin:
        told = {"representative": staff.name, "representativeEmail": staff.email}
        admin = await _find_account(connection, employer.admin_customer_id)
        await _notify(connection, "company_representative_assigned", employer, admin, by=by, **told)


async def notify_of_admin(
    connection: Connection, employer: Row, admin: Row, former: Row | None = None, *, tells_staff: bool = True
) -> None:
    """Tell the new admin, the former one, and the sales representative."""
    await _notify(connection, "company_admin_assigned", employer, admin)
    if former is not None:
        await _notify(connection, "company_admin_replaced", employer, former)
    staff = await _find_representative(connection, employer.sales_representative_id) if tells_staff else None
    if staff is not None:
        name = f"{admin.first_name} {admin.last_name}"
        await _notify_staff(connection, "staff_company_admin_assigned", employer, staff, admin=name)


async def notify_of_joining(connection: Connection, employer: Row, account: Row) -> None:
    await _notify(connection, "company_joined", employer, account)


async def notify_of_account_status(connection: Connection, accounts: Sequence[Row], status: CustomerStatus) -> None:
    """Tell those of the owners who buy for a company that they can, or cannot, sign in. Many of them are told in bulk."""
    told = [account for account in accounts if account.customer_type != CustomerType.INDIVIDUAL.value]
    name = "activated" if status is CustomerStatus.ACTIVE else "deactivated"
    views = await read_mail_views(connection, told) if told else {}
    mails = [BulkMail(one.email, one.id, views[one.id], {"firstName": one.first_name}) for one in told]
    await queue_bulk_mails(connection, f"company_account_{name}", mails)


async def _notify(
    connection: Connection, template: str, employer: Row, account: Row, *, by: Actor = SYSTEM, **told: str
) -> None:
    placeholders = {"firstName": account.first_name, "company": employer.name, **told}
    view_id = await find_mail_view(connection, account)
    await _queue(connection, template, BulkMail(account.email, account.id, view_id, placeholders), by)


async def _notify_staff(
    connection: Connection, template: str, employer: Row, staff: Row, *, by: Actor = SYSTEM, **told: str
) -> None:
    placeholders = {"name": staff.name, "company": employer.name, **told}
    await _queue(connection, template, BulkMail(staff.email, None, None, placeholders), by)


async def _queue(connection: Connection, template: str, mail: BulkMail, by: Actor) -> None:
    """What a job causes is one of many."""
    if by.job_id is not None:
        await queue_bulk_mails(connection, template, [mail])
        return
    await queue_mail(
        connection,
        template=template,
        recipient=mail.recipient,
        customer_id=mail.customer_id,
        store_view_id=mail.store_view_id,
        placeholders=mail.placeholders,
    )


async def _find_account(connection: Connection, customer_id: int) -> Row:
    found = await fetch_one(connection, select(customer).where(customer.c.id == customer_id))
    assert found is not None, "a company has an admin"
    return found


async def _find_representative(connection: Connection, staff_id: int | None) -> Any:
    """The staff user, unless none is chosen or the one who was has left."""
    chosen = select(staff_user).where(staff_user.c.id == staff_id, staff_user.c.is_active)
    return None if staff_id is None else await fetch_one(connection, chosen)
