"""What the signed-in customer may do in a company, by role (docs/domain/company-users.md#company-users-1)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from customer_gql.core.errors import Forbidden, NotFound
from customer_gql.core.viewer import ViewerKind
from customer_gql.customers.companies.permissions import CompanyPermission
from customer_gql.customers.companies.reads import (
    members_by_company_and_customer,
    members_by_id,
    roles_by_id,
    teams_by_id,
)
from customer_gql.graph.access.storefront_guards import guarded_on_storefront


def refusal_in_company(permission: CompanyPermission) -> Forbidden:
    return Forbidden(f"Your role in the company lacks the permission {permission}.", permission=permission.value)


async def find_own_membership(context: Any, company_id: int) -> Any:
    """The membership of the signed-in customer; None for those who have none there."""
    customer_id = context.viewer.customer_id
    return (
        None if customer_id is None else await context.load(members_by_company_and_customer, (company_id, customer_id))
    )


async def require_own_membership(context: Any, company_id: int) -> Any:
    """The same. Raises `NotFound` for those who have none there."""
    own = await find_own_membership(context, company_id)
    if own is None:
        raise NotFound("You are not a member of such a company.")
    return own


def permissions_of(membership: Any) -> frozenset[str]:
    """A membership that the company ended for a time allows nothing."""
    return frozenset(membership.permissions) if membership is not None and membership.is_active else frozenset()


async def has_permission(context: Any, company_id: int, permission: CompanyPermission) -> bool:
    return permission in permissions_of(await find_own_membership(context, company_id))


async def require_on_storefront(context: Any, company_id: int, permission: CompanyPermission) -> None:
    """Raises `Forbidden` for a customer whose role in the company lacks the permission; staff have permissions of their own."""
    is_customer = context.viewer.kind is ViewerKind.CUSTOMER
    if is_customer and not await has_permission(context, company_id, permission):
        raise refusal_in_company(permission)


@dataclass(frozen=True, slots=True)
class RoleGuard:
    """A field that a role of the company shows. `company` is the column with the company of the row; with `shows_own` members
    see it of themselves, whatever their role."""

    permission: CompanyPermission
    company: str
    shows_own: bool = False

    @property
    def sentence(self) -> str:
        own = ", except of oneself" if self.shows_own else ""
        return f"Null, with an error, without the permission `{self.permission}` of the company{own}."

    async def check(self, context: Any, row: Any) -> None:
        if self.shows_own and row.customer_id == context.viewer.customer_id:
            return
        if not await has_permission(context, getattr(row, self.company), self.permission):
            raise refusal_in_company(self.permission)


def shown_by_role(
    permission: CompanyPermission, *, company: str = "company_id", shows_own: bool = False
) -> Callable[[Any], Any]:
    """Declare what a field of a company, or of a row of one, needs of customers."""
    return guarded_on_storefront(RoleGuard(permission, company, shows_own))


async def is_own_company(context: Any, key: Sequence[int]) -> bool:
    return await find_own_membership(context, key[0]) is not None


async def is_role_shown(context: Any, key: Sequence[int]) -> bool:
    role = await context.load(roles_by_id, key[0])
    own = None if role is None else await find_own_membership(context, role.company_id)
    return (
        role is not None
        and own is not None
        and (own.role_id == role.id or CompanyPermission.ROLES_VIEW in permissions_of(own))
    )


async def is_team_shown(context: Any, key: Sequence[int]) -> bool:
    team = await context.load(teams_by_id, key[0])
    return team is not None and await has_permission(context, team.company_id, CompanyPermission.USERS_VIEW)


async def is_member_shown(context: Any, key: Sequence[int]) -> bool:
    """One's own membership, and those of colleagues by role."""
    if key[0] == context.viewer.customer_id:
        return True
    member = await context.load(members_by_id, (key[0], key[1]))
    return member is not None and await has_permission(context, member.company_id, CompanyPermission.USERS_VIEW)
