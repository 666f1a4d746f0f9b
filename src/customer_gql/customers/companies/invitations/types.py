import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from customer_gql.core.permissions import Permission
from customer_gql.customers.companies.access.permissions_of_viewer import has_permission, shown_by_role
from customer_gql.customers.companies.access.role_types import CompanyRole
from customer_gql.customers.companies.permissions import CompanyPermission
from customer_gql.customers.companies.reads import members_by_company_and_customer, roles_by_id
from customer_gql.graph.access.guards import guarded_type
from customer_gql.graph.fields import column, loaded
from customer_gql.graph.nodes import Node, node_id

from . import reads

if TYPE_CHECKING:
    from customer_gql.customers.companies.types import CompanyMember

_MemberLink = Annotated["CompanyMember", strawberry.lazy("customer_gql.customers.companies.types")]


async def _is_shown(context: Any, key: Sequence[int]) -> bool:
    found = await context.load(reads.invitations_by_id, key[0])
    return found is not None and await has_permission(context, found.company_id, CompanyPermission.USERS_VIEW)


@guarded_type(
    requires=Permission.COMPANIES_READ, description="An invitation to a company that nobody has accepted yet."
)
class CompanyInvitation(Node):
    id: strawberry.ID = node_id(
        "civ",
        reads.invitations_by_id,
        "id",
        visible=_is_shown,
        visible_to_staff=reads.is_invitation_reachable,
        permission=Permission.COMPANIES_READ,
        description="Id of the invitation.",
    )
    email: str = column("E-mail address that the link was sent to; only its account can accept.", personal=True)
    role: CompanyRole = shown_by_role(CompanyPermission.ROLES_VIEW)(
        loaded(roles_by_id, key="role_id", description="Role that the new member gets.")
    )
    inviter: _MemberLink | None = loaded(
        members_by_company_and_customer,
        key=("company_id", "invited_by"),
        description="Member who sent the newest link; null when that customer is a member no longer.",
    )
    job_title: str | None = column("Job title that the new member gets.")
    created_at: dt.datetime = column("Time of the invitation.")
    expires_at: dt.datetime = column("Time from which on the newest link works no longer.")
    is_expired: bool = column("Whether the link works no longer, until the invitation is sent again.")
