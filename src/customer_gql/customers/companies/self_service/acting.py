"""Members who act for their company: who they are and what they may do, judged under the lock of the company
(docs/domain/company-users.md#company-users-2)."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from customer_gql.core.actor import Actor
from customer_gql.core.concurrent_edits import Changes
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.ids import encode_id
from customer_gql.customers.companies.access.permissions_of_viewer import permissions_of, refusal_in_company
from customer_gql.customers.companies.permissions import CompanyPermission
from customer_gql.customers.companies.reads import find_membership
from customer_gql.customers.companies.tables import CompanyStatus
from customer_gql.customers.companies.writes import (
    COMPANY_NOT_FOUND,
    find_members,
    lock_company_with,
    record_company_event,
)
from customer_gql.customers.history.writes import record_customer_event
from customer_gql.database.statements import Connection, Row

COMPANY_NOT_ACTIVE: Final = Refusal(
    "company.not_active",
    "The company is not active, so nothing in it can be changed. Ask the shop.",
    UserErrorCode.NOT_ALLOWED,
)


@dataclass(frozen=True, slots=True)
class ActingMember:
    """A member of an active company. The company is locked, and so are the accounts: that of the member, and those the
    change is about."""

    company: Row
    membership: Row
    permissions: frozenset[str]
    accounts: dict[int, Row]

    @property
    def company_id(self) -> int:
        return self.company.id

    @property
    def is_admin(self) -> bool:
        return self.membership.is_admin

    def require(self, *needed: CompanyPermission) -> None:
        """Raises `Forbidden`."""
        for permission in needed:
            if permission not in self.permissions:
                raise refusal_in_company(permission)


async def act_for_company(
    connection: Connection,
    customer_id: int,
    company_id: int | None,
    *needed: CompanyPermission,
    about: Collection[int] = (),
) -> ActingMember:
    """The customer as a member of this company, or of the primary one. Raises `RuleError` for those who are none and for a
    company that is not active, and `Forbidden` where the role lacks a permission."""
    own = await find_membership(connection, customer_id, company_id)
    if own is None:
        raise COMPANY_NOT_FOUND(path=["companyId"])

    async def find_accounts(connection: Connection, company_id: int) -> list[int]:
        # Nobody locks the account of a stranger by naming it.
        others = await find_members(connection, company_id, among=about) if about else []
        return sorted({customer_id, *others})

    locked = await lock_company_with(connection, own.company_id, find_accounts, websites=None, path=["companyId"])
    own = await find_membership(connection, customer_id, own.company_id)
    if own is None:
        raise COMPANY_NOT_FOUND(path=["companyId"])
    acting = ActingMember(locked.row, own, permissions_of(own), locked.accounts)
    acting.require(*needed)
    if locked.row.status != CompanyStatus.ACTIVE.value:
        raise COMPANY_NOT_ACTIVE(path=["companyId"])
    return acting


async def record_acting(
    connection: Connection,
    acting: ActingMember,
    kind: str,
    changes: Changes,
    *,
    by: Actor,
    event_type: str = "company.updated",
    version: int | None = None,
    customer_ids: Collection[int] = (),
) -> None:
    """Write down what a member did: of the company, and in the history of the member."""
    ids = list(customer_ids)
    await record_company_event(
        connection, acting.company, kind, event_type, by=by, version=version, changes=changes, customer_ids=ids
    )
    account = acting.accounts[acting.membership.customer_id]
    of_company = {"company": (None, encode_id("com", acting.company_id))}
    await record_customer_event(
        connection,
        account.id,
        kind="COMPANY_MANAGED",
        version=account.version,
        by=by,
        changes={**of_company, **changes},
    )
