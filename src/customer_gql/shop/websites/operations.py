from typing import Any, Final

import strawberry

from customer_gql.core.permissions import Permission
from customer_gql.graph.context import Info
from customer_gql.graph.roots import admin_field

from . import reads
from .types import Website


@strawberry.type
class WebsiteAdminQuery:
    @admin_field(
        permission=Permission.CUSTOMERS_READ,
        graphql_type=list[Website],
        assumed=10,
        description="All websites; there are only a few.",
    )
    async def websites(self, info: Info) -> list[Any]:
        return await info.context.fetch(reads.ALL_WEBSITES)


ADMIN_QUERIES: Final = (WebsiteAdminQuery,)
