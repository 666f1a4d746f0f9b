from typing import Any, Final

import strawberry

from customer_gql.administration.jobs.types import JobType
from customer_gql.graph.context import Info
from customer_gql.graph.grids.types import build_grid_types, extend_node, show_grid_row
from customer_gql.graph.payloads import Payload
from customer_gql.graph.roots import ADMIN
from customer_gql.messaging.jobs.runs.reads import jobs_by_id
from customer_gql.shop.groups.filters import CUSTOMER_GROUPS
from customer_gql.shop.groups.reads import groups_by_id
from customer_gql.shop.groups.types import CustomerGroup

from . import reads

CUSTOMER_GROUP_GRID: Final = build_grid_types(
    CUSTOMER_GROUPS, node="CustomerGroup", of=CustomerGroup, shows={"CustomerGroup": CustomerGroup}
)
GRIDS: Final = (CUSTOMER_GROUP_GRID,)


@strawberry.type
class GroupMemberSection:
    @strawberry.field(
        description="Number of customers in the group, of the websites that the viewer's role reaches.", metadata=ADMIN
    )
    async def member_count(self: Any, info: Info) -> int:
        websites = info.context.viewer.website_ids
        reached = None if websites is None else tuple(sorted(websites))
        found = await info.context.load(reads.members_by_group, self.id, websites=reached)
        return 0 if found is None else found.member_count


extend_node(CustomerGroup, GroupMemberSection)
show_grid_row(CUSTOMER_GROUP_GRID, CustomerGroup, "Row of the group in the list of customer groups.")


@strawberry.type(description="Result of a mutation of a customer group.")
class CustomerGroupPayload(Payload):
    group_key: strawberry.Private[int | None] = None

    @strawberry.field(
        graphql_type=CustomerGroup | None,
        description="The group as it is stored now; null when the mutation was refused.",
    )
    async def customer_group(self, info: Info) -> Any:
        return None if self.group_key is None else await info.context.load(groups_by_id, self.group_key)


@strawberry.type(description="Result of deleting a customer group.")
class CustomerGroupDeletePayload(Payload):
    deleted_group_id: strawberry.ID | None = strawberry.field(
        description="The group that was deleted; null as long as a job moves its members.", default=None
    )
    moved_customer_count: int | None = strawberry.field(
        description="Number of members who get another group; null when the mutation was refused.", default=None
    )
    job_key: strawberry.Private[int | None] = None

    @strawberry.field(
        graphql_type=JobType | None,
        description="The job that moves the members and then deletes the group; null for up to a thousand members.",
    )
    async def job(self, info: Info) -> Any:
        return None if self.job_key is None else await info.context.load(jobs_by_id, self.job_key)
