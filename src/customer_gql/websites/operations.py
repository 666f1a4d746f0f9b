from typing import Any

import strawberry

from customer_gql.core.access import admin_field
from customer_gql.core.context import Info

from . import reads
from .types import Website


@strawberry.type
class WebsiteAdminQuery:
    @admin_field(permission="customers.read", graphql_type=list[Website], description="Every website; a few by nature.")
    async def websites(self, info: Info) -> list[Any]:
        return await info.context.fetch(reads.ALL_WEBSITES)
