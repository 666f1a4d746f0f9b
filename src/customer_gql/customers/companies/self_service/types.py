from typing import Any

import strawberry

from customer_gql.customers.companies import reads
from customer_gql.customers.companies.access.permissions_of_viewer import find_own_membership
from customer_gql.customers.companies.access.role_types import CompanyRole
from customer_gql.customers.companies.types import Company, CompanyMember, CompanyNode, CompanyTeam
from customer_gql.graph.context import Info
from customer_gql.graph.payloads import Payload


@strawberry.type(description="Result of a change in a company of the signed-in customer.")
class OwnCompanyPayload(Payload):
    company_key: strawberry.Private[int | None] = None

    @strawberry.field(
        graphql_type=Company | None, description="The company as stored now; null when the mutation was refused."
    )
    async def company(self, info: Info) -> Any:
        if self.company_key is None or await find_own_membership(info.context, self.company_key) is None:
            return None
        return await info.context.load(reads.companies_by_id, self.company_key)


@strawberry.type(description="Result of a change of a role.")
class CompanyRolePayload(OwnCompanyPayload):
    role_key: strawberry.Private[int | None] = None

    @strawberry.field(
        graphql_type=CompanyRole | None,
        description="The role as stored now; null when the mutation was refused, or deleted the role.",
    )
    async def company_role(self, info: Info) -> Any:
        return None if self.role_key is None else await info.context.load(reads.roles_by_id, self.role_key)


@strawberry.type(description="Result of a change of a team.")
class CompanyTeamPayload(OwnCompanyPayload):
    team_key: strawberry.Private[int | None] = None

    @strawberry.field(
        graphql_type=CompanyTeam | None,
        description="The team as stored now; null when the mutation was refused, or deleted the team.",
    )
    async def company_team(self, info: Info) -> Any:
        return None if self.team_key is None else await info.context.load(reads.teams_by_id, self.team_key)


@strawberry.type(description="Result of `companyNodeMove`.")
class CompanyNodeMovePayload(OwnCompanyPayload):
    node_key: strawberry.Private[int | None] = None

    @strawberry.field(
        graphql_type=CompanyNode | None,
        description="The member or team as stored now; null when the mutation was refused.",
    )
    async def company_node(self, info: Info) -> Any:
        key = None if self.node_key is None else (self.company_key, self.node_key)
        return None if key is None else await info.context.load(reads.nodes_by_id, key)


@strawberry.type(description="Result of a change of a membership.")
class CompanyUserPayload(OwnCompanyPayload):
    member_key: strawberry.Private[tuple[int, int] | None] = None

    @strawberry.field(
        graphql_type=CompanyMember | None,
        description="The member as stored now; null when the mutation was refused, or ended the membership.",
    )
    async def company_member(self, info: Info) -> Any:
        return None if self.member_key is None else await info.context.load(reads.members_by_id, self.member_key)
