from typing import Any, Final

import strawberry

from customer_gql.core.permissions import Permission
from customer_gql.graph.context import Info
from customer_gql.graph.roots import admin_field

from . import reads
from .types import CustomerGroup


@strawberry.type
class GroupAdminQuery:
    @admin_field(
        permission=Permission.CUSTOMERS_READ,
        graphql_type=list[CustomerGroup],
        assumed=20,
        description="All customer groups, including the one of guests; there are a few dozen at most.",
    )
    async def customer_groups(self, info: Info) -> list[Any]:
        return await info.context.fetch(reads.ALL_GROUPS)


ADMIN_QUERIES: Final = (GroupAdminQuery,)
