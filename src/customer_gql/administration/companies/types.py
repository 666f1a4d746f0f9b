from typing import Any, Final

import strawberry

from customer_gql.core.permissions import Permission
from customer_gql.customers.companies.filters import COMPANIES
from customer_gql.customers.companies.reads import find_reachable_company, members_by_id
from customer_gql.customers.companies.types import Company, CompanyMember
from customer_gql.customers.profile.types import ProfileSection
from customer_gql.graph.context import Info
from customer_gql.graph.grids.types import build_grid_types, show_grid_row
from customer_gql.graph.payloads import Payload

COMPANY_GRID: Final = build_grid_types(
    COMPANIES,
    node="Company",
    of=Company,
    shows={"Company": Company, "CompanyMember": CompanyMember, "Customer": ProfileSection},
    permission=Permission.COMPANIES_READ,
    connection="CompanyGridConnection",
)
GRIDS: Final = (COMPANY_GRID,)
show_grid_row(COMPANY_GRID, Company, "Row of the company in the list of companies.")


@strawberry.type(description="Result of a mutation of a company.")
class CompanyPayload(Payload):
    company_key: strawberry.Private[int | None] = None

    @strawberry.field(
        graphql_type=Company | None, description="The company as stored now; null when the mutation was refused."
    )
    async def company(self, info: Info) -> Any:
        return None if self.company_key is None else await find_reachable_company(info.context, self.company_key)


@strawberry.type(description="Result of a mutation of a member of a company.")
class CompanyMemberPayload(CompanyPayload):
    member_key: strawberry.Private[tuple[int, int] | None] = None

    @strawberry.field(
        graphql_type=CompanyMember | None,
        description="The member as stored now; null when the mutation was refused, or ended the membership.",
    )
    async def company_member(self, info: Info) -> Any:
        return None if self.member_key is None else await info.context.load(members_by_id, self.member_key)


@strawberry.type(description="Result of deleting a company.")
class CompanyDeletePayload(Payload):
    deleted_company_id: strawberry.ID | None = strawberry.field(
        description="The company that was deleted; null when refused.", default=None
    )
    member_count: int | None = strawberry.field(description="Number of members; null when refused.", default=None)
    deactivated_count: int | None = strawberry.field(
        description="Number of accounts that were created for the company and are inactive now; null when refused.",
        default=None,
    )
