"""The states of a company, and what each change of them does to accounts (docs/domain/companies.md#companies-9)."""

import enum
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select

from customer_gql.core.actor import Actor
from customer_gql.core.errors import Refusal, RuleError, UserErrorCode
from customer_gql.core.viewer import Websites
from customer_gql.customers.accounts.recovery.ordered_links import order_reset_links
from customer_gql.customers.accounts.writes import set_account_statuses
from customer_gql.customers.companies.decisions import OPEN_TO_NOBODY
from customer_gql.customers.companies.mails.notices import notify_of_status
from customer_gql.customers.companies.tables import CompanyStatus, company_member
from customer_gql.customers.companies.values import describe_company
from customer_gql.customers.companies.writes import change_company, lock_company_with, record_company_event
from customer_gql.customers.profile.tables import CustomerStatus
from customer_gql.database.statements import Connection, Row, fetch_rows

from .writes import rejection

_NOT_POSSIBLE: Final = Refusal(
    "company.status_not_possible",
    "A company that is {status} cannot become {wanted}.",
    UserErrorCode.NOT_ALLOWED,
)


class CompanyDecision(enum.Enum):
    ACTIVATE = CompanyStatus.ACTIVE
    REJECT = CompanyStatus.REJECTED
    BLOCK = CompanyStatus.BLOCKED


_FROM: Final[Mapping[CompanyDecision, frozenset[CompanyStatus]]] = {
    CompanyDecision.ACTIVATE: frozenset({CompanyStatus.PENDING, CompanyStatus.REJECTED, CompanyStatus.BLOCKED}),
    CompanyDecision.REJECT: frozenset({CompanyStatus.PENDING}),
    CompanyDecision.BLOCK: frozenset({CompanyStatus.ACTIVE}),
}
"""The states that each decision starts from."""


def find_status_refusal(status: CompanyStatus, decision: CompanyDecision) -> RuleError | None:
    """What refuses a decision about a company in this state."""
    if status in _FROM[decision]:
        return None
    return _NOT_POSSIBLE(status=status.value, wanted=decision.value.value)


async def decide_company(
    connection: Connection,
    company_id: int,
    decision: CompanyDecision,
    *,
    reason: str | None = None,
    websites: Websites,
    by: Actor,
) -> None:
    """Set the state of a company. Raises `RuleError` where it does not follow from the present one.

    Accounts that were created for it and waited can sign in once it is active, and are mailed a link to choose a password.
    """
    locked = await lock_company_with(connection, company_id, _find_waiting, websites=websites)
    stored = locked.row
    refused = find_status_refusal(CompanyStatus(stored.status), decision)
    if refused is not None:
        raise refused.at(["id"])
    values: dict[str, Any] = {"status": decision.value.value, "rejection_reason": None, "rejected_at": None}
    if decision is CompanyDecision.REJECT:
        values = rejection(reason, ["reason"])
    version = await change_company(connection, stored, values)
    if decision is CompanyDecision.ACTIVATE and CompanyStatus(stored.status) in OPEN_TO_NOBODY:
        await _open_accounts(connection, list(locked.accounts.values()), by)
    changes, kind = describe_company(stored, values), "COMPANY_STATUS_CHANGED"
    event_type = "company.status_changed"
    await record_company_event(connection, stored, kind, event_type, by=by, version=version, changes=changes)
    await notify_of_status(connection, stored, decision.value, values["rejection_reason"], by=by)


async def _find_waiting(connection: Connection, company_id: int) -> list[int]:
    """Members whose accounts were created for the company."""
    found = select(company_member.c.customer_id).where(
        company_member.c.company_id == company_id, company_member.c.is_account_of_company
    )
    return [row.customer_id for row in await fetch_rows(connection, found)]


async def _open_accounts(connection: Connection, accounts: list[Row], by: Actor) -> None:
    # The link to choose a password tells them.
    opened = await set_account_statuses(connection, accounts, status=CustomerStatus.ACTIVE, is_told=False, by=by)
    waiting = [account for account in accounts if account.id in opened]
    await order_reset_links(connection, waiting, by=by, template="welcome_without_password")
