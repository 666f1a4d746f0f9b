"""Who runs a company, as staff decide it (docs/domain/companies.md#companies-4)."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import select, update

from customer_gql.administration.customer_editing.creation import Welcome, create_customer
from customer_gql.core.actor import Actor
from customer_gql.core.errors import CollectedErrors, Refusal, RuleError, RuleErrors, UserErrorCode
from customer_gql.core.ids import encode_id
from customer_gql.core.text import validate_line
from customer_gql.core.viewer import Websites
from customer_gql.customers.accounts.writes import set_account_statuses
from customer_gql.customers.addresses.validation import validate_telephone
from customer_gql.customers.companies.decisions import OPEN_TO_NOBODY
from customer_gql.customers.companies.mails.notices import notify_of_admin, notify_of_representative, notify_of_status
from customer_gql.customers.companies.memberships import (
    MemberPlace,
    add_member,
    find_member,
    settle_accounts,
)
from customer_gql.customers.companies.tables import MAX_NAME, CompanyStatus, company, company_member, company_team
from customer_gql.customers.companies.values import describe_company
from customer_gql.customers.companies.writes import (
    LockedCompany,
    change_company,
    find_default_role,
    insert_company,
    lock_company_with,
    record_company_event,
)
from customer_gql.customers.profile.tables import CustomerStatus
from customer_gql.customers.profile.writes import CUSTOMER_NOT_FOUND, lock_customer, lock_customers
from customer_gql.database.statements import Connection, Row, execute_statement, fetch_value
from customer_gql.database.transactions import mark_customers
from customer_gql.shop.websites.reads import find_website

from .writes import rejection, validate_company

_ADMIN_NOT_CHOSEN: Final = Refusal(
    "company.admin_not_chosen",
    "Name either a customer or a new account as the admin.",
    UserErrorCode.REQUIRED,
)
_ADMIN_INACTIVE: Final = Refusal(
    "company.admin_inactive", "The account of this customer is inactive. Activate it first.", UserErrorCode.NOT_ALLOWED
)
_ADMIN_ALREADY: Final = Refusal(
    "company.admin_already", "This customer is the admin of the company already.", UserErrorCode.NOT_ALLOWED
)
_ADMIN_ELSEWHERE: Final = Refusal(
    "company.admin_elsewhere", "This customer is the admin of another company.", UserErrorCode.NOT_ALLOWED
)


_LINK: Final = Welcome(is_sent=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenAdmin:
    """A customer, or the fields of a new account by input name: one of both. `field` is where the input names the customer."""

    customer_id: int | None = None
    new: Mapping[str, Any] | None = None
    job_title: str | None = None
    telephone: str | None = None
    welcome: Welcome = _LINK
    field: str = "customerId"

    def require_one(self) -> None:
        if (self.customer_id is None) == (self.new is None):
            raise _ADMIN_NOT_CHOSEN()


async def create_company(
    connection: Connection,
    given: Mapping[str, Any],
    admin: ChosenAdmin,
    *,
    website_id: int,
    status: CompanyStatus,
    reason: str | None,
    websites: Websites,
    by: Actor,
) -> int:
    """A company with its admin; its key. Raises `RuleErrors`."""
    admin.require_one()
    await find_website(connection, website_id, websites=websites)
    account = await _find_admin(connection, admin, website_id, status, websites=websites, by=by)
    refused, values = CollectedErrors(), dict[str, Any]()
    with refused.collecting():
        values |= await validate_company(connection, None, website_id, given)
    with refused.collecting():
        values |= (
            rejection(reason, ["rejectionReason"]) if status is CompanyStatus.REJECTED else {"status": status.value}
        )
    with refused.collecting():
        await _refuse_admin_of_other(connection, account.id, [admin.field])
    refused.raise_collected()
    made = await insert_company(connection, {**values, "website_id": website_id, "admin_customer_id": account.id})
    await _seat_admin(connection, made, account, admin, is_primary=admin.new is not None, by=by)
    await settle_accounts(connection, [account], by=by)
    changes, kind = describe_company(None, values), "COMPANY_CREATED"
    await record_company_event(connection, made, kind, "company.created", by=by, version=1, changes=changes)
    await _notify_of_creation(connection, made, account, by)
    return made.id


async def _notify_of_creation(connection: Connection, made: Row, account: Row, by: Actor) -> None:
    """The admin of a company that waits is told that it does, and who cannot sign in is told nothing else."""
    status = CompanyStatus(made.status)
    is_open = status not in OPEN_TO_NOBODY
    if is_open:
        await notify_of_admin(connection, made, account, tells_staff=False)
    elif status is CompanyStatus.PENDING:
        await notify_of_status(connection, made, status, None, by=by)
    await notify_of_representative(connection, made, made.sales_representative_id, by=by, tells_admin=is_open)


async def _find_admin(
    connection: Connection,
    admin: ChosenAdmin,
    website_id: int,
    status: CompanyStatus,
    *,
    websites: Websites,
    by: Actor,
) -> Row:
    """The account, locked. A new one can sign in once the company is active."""
    if admin.new is not None:
        return await _create_account(connection, admin.new, admin.welcome, website_id, status, websites=websites, by=by)
    assert admin.customer_id is not None
    account = await lock_customer(connection, admin.customer_id, websites=websites, path=[admin.field])
    if status not in OPEN_TO_NOBODY and account.status != CustomerStatus.ACTIVE.value:
        raise _ADMIN_INACTIVE(path=[admin.field])
    return account


async def _create_account(
    connection: Connection,
    given: Mapping[str, Any],
    wanted: Welcome,
    website_id: int,
    status: CompanyStatus,
    *,
    websites: Websites,
    by: Actor,
) -> Row:
    is_open = status not in OPEN_TO_NOBODY
    welcome = replace(wanted, is_sent=is_open and wanted.is_sent)
    with _inside("newAdmin"):
        made = await create_customer(
            connection, {**given, "websiteId": website_id}, welcome=welcome, websites=websites, by=by
        )
    if not is_open:
        await set_account_statuses(connection, [made], status=CustomerStatus.INACTIVE, is_told=False, by=by)
        return (await lock_customers(connection, [made.id], websites=None))[made.id]
    return made


@contextmanager
def _inside(field: str) -> Generator[None]:
    """Refusals of an input that stands in a field of another. The website is one of the whole."""
    try:
        yield
    except RuleErrors as several:
        raise RuleErrors([error.at([field, *error.path]) for error in several.errors]) from None
    except RuleError as error:
        raise error if error.path == ["websiteId"] else error.at([field, *error.path]) from None


def _seat_of(admin: ChosenAdmin) -> dict[str, Any]:
    """Job title and telephone number of the admin."""
    at = ["newAdmin"] if admin.new is not None else []
    return {
        "job_title": validate_line(admin.job_title, [*at, "jobTitle"], MAX_NAME),
        "telephone": validate_telephone(admin.telephone, [*at, "telephone"]),
    }


async def _refuse_admin_of_other(connection: Connection, customer_id: int, path: list[str]) -> None:
    """Of two companies at one time the key lets one through."""
    found = select(company.c.id).where(company.c.admin_customer_id == customer_id)
    if await fetch_value(connection, found) is not None:
        raise _ADMIN_ELSEWHERE(path=path)


async def _seat_admin(
    connection: Connection, employer: Row, account: Row, admin: ChosenAdmin, *, is_primary: bool, by: Actor
) -> int:
    """Make a customer, who is no member, the root of the structure; the key of the membership."""
    place = MemberPlace(
        role_id=await find_default_role(connection, employer.id),
        parent_id=None,
        is_primary=is_primary,
        is_account_of_company=admin.new is not None,
        **_seat_of(admin),
    )
    return await add_member(connection, employer, account, place, path=[admin.field], by=by)


async def replace_admin(
    connection: Connection, company_id: int, admin: ChosenAdmin, *, websites: Websites, by: Actor
) -> None:
    """Put another customer at the root of the structure (docs/domain/companies.md#companies-11). Raises `RuleErrors`.

    The former admin stays as a user with the default role, below the new one.
    """
    admin.require_one()

    async def find_admins(connection: Connection, key: int) -> list[int]:
        former = await fetch_value(connection, select(company.c.admin_customer_id).where(company.c.id == key))
        return [id for id in (former, admin.customer_id) if id is not None]

    locked = await lock_company_with(connection, company_id, find_admins, websites=websites, path=["companyId"])
    stored = locked.row
    successor = await _find_successor(connection, locked, admin, websites=websites, by=by)
    former_seat = await find_member(connection, company_id, stored.admin_customer_id)
    seat = await find_member(connection, company_id, successor.id)
    assert former_seat is not None
    key = seat.id if seat else await _seat_admin(connection, stored, successor, admin, is_primary=False, by=by)
    await _exchange_seats(connection, company_id, former_seat, key)
    version = await change_company(connection, stored, {"admin_customer_id": successor.id})
    former = locked.accounts[stored.admin_customer_id]
    accounts = [successor, former]
    mark_customers(connection, [account.id for account in accounts], company_member)
    await settle_accounts(connection, accounts, by=by)
    kind, event_type = "COMPANY_ADMIN_REPLACED", "company.admin_replaced"
    changes = {"admin": (encode_id("cus", stored.admin_customer_id), encode_id("cus", successor.id))}
    await record_company_event(connection, stored, kind, event_type, by=by, version=version, changes=changes)
    await notify_of_admin(connection, stored, successor, former)


async def _find_successor(
    connection: Connection, locked: LockedCompany, admin: ChosenAdmin, *, websites: Websites, by: Actor
) -> Row:
    stored, path = locked.row, [admin.field]
    status = CompanyStatus(stored.status)
    if admin.new is not None:
        website_id = stored.website_id
        return await _create_account(connection, admin.new, admin.welcome, website_id, status, websites=websites, by=by)
    assert admin.customer_id is not None
    account = locked.accounts.get(admin.customer_id)
    if account is None or (websites is not None and account.website_id not in websites):
        raise CUSTOMER_NOT_FOUND(path=path)
    if account.id == stored.admin_customer_id:
        raise _ADMIN_ALREADY(path=path)
    await _refuse_admin_of_other(connection, account.id, path)
    if status not in OPEN_TO_NOBODY and account.status != CustomerStatus.ACTIVE.value:
        raise _ADMIN_INACTIVE(path=path)
    return account


async def _exchange_seats(connection: Connection, company_id: int, former: Row, key: int) -> None:
    """The new admin becomes the root, and who was below the former one is below them."""
    for table in (company_member, company_team):
        below = update(table).where(table.c.company_id == company_id, table.c.parent_id == former.id, table.c.id != key)
        await execute_statement(connection, below.values(parent_id=key))
    of_company = company_member.c.company_id == company_id
    role_id = await find_default_role(connection, company_id)
    down = update(company_member).where(of_company, company_member.c.id == former.id)
    await execute_statement(connection, down.values(parent_id=key, role_id=role_id))
    up = update(company_member).where(of_company, company_member.c.id == key)
    await execute_statement(connection, up.values(parent_id=None, is_active=True))
