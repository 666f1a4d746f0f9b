"""Accounts that were created for a company wait until it is activated (docs/domain/companies.md#companies-9)."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, exists, literal_column, select

from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.customers.profile.tables import CustomerStatus, customer
from customer_gql.database.statements import Connection, Row, equals_any, fetch_rows

from .tables import CompanyStatus, company, company_member

WAITS_FOR_COMPANY: Final = Refusal(
    "company.not_activated",
    "This account was created for a company that is not active. Activate the company.",
    UserErrorCode.NOT_ALLOWED,
)
OPEN_TO_NOBODY: Final = frozenset({CompanyStatus.PENDING, CompanyStatus.REJECTED})
"""States in which accounts that were created for the company cannot sign in."""


def awaits_decision(customer_id: ColumnElement[int]) -> ColumnElement[Any]:
    """Whether the account was created for a company that nobody has activated, and for no other."""
    of_account = company_member.c.customer_id == customer_id
    is_closed = company.c.status.in_([literal_column(f"'{status}'") for status in sorted(OPEN_TO_NOBODY)])
    made_for = exists().where(
        of_account, company_member.c.is_account_of_company, company.c.id == company_member.c.company_id, is_closed
    )
    return made_for.correlate(customer)


async def find_waiting_accounts(connection: Connection, customer_ids: Collection[int]) -> set[int]:
    """Those of the inactive accounts that only the activation of their company activates."""
    found = select(customer.c.id).where(
        equals_any(customer.c.id, list(customer_ids)),
        customer.c.status == CustomerStatus.INACTIVE.value,
        awaits_decision(customer.c.id),
    )
    return {row.id for row in await fetch_rows(connection, found)}


async def refuse_early_activation(connection: Connection, account: Row, path: Sequence[str]) -> None:
    """Raises `RuleError` for a locked account that waits for its company."""
    if await find_waiting_accounts(connection, [account.id]):
        raise WAITS_FOR_COMPANY(path=path)
