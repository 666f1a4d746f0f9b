from typing import Any

import strawberry

from customer_gql.customers.companies.invitations.reads import invitations_by_id
from customer_gql.customers.companies.invitations.types import CompanyInvitation
from customer_gql.customers.companies.self_service.types import OwnCompanyPayload
from customer_gql.graph.context import Info


@strawberry.type(description="Result of a change of an invitation.")
class CompanyInvitationPayload(OwnCompanyPayload):
    invitation_key: strawberry.Private[int | None] = None

    @strawberry.field(
        graphql_type=CompanyInvitation | None,
        description="The invitation as stored now; null when the mutation was refused, or canceled the invitation.",
    )
    async def company_invitation(self, info: Info) -> Any:
        return None if self.invitation_key is None else await info.context.load(invitations_by_id, self.invitation_key)


@strawberry.type(description="Result of `companyInvitationAccept`.")
class CompanyInvitationAcceptPayload(OwnCompanyPayload):
    is_accepted: bool = strawberry.field(
        description="Whether the account of the address is a member now. A new account is not signed in.", default=False
    )
