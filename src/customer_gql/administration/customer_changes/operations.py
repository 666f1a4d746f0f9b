from typing import Any, Final

import strawberry

from customer_gql.core.permissions import Permission
from customer_gql.graph.connections import After, Connection, First, make_window
from customer_gql.graph.context import Info
from customer_gql.graph.roots import admin_field

from .feed import read_changes
from .types import CustomerChange


@strawberry.type
class CustomerChangeAdminQuery:
    @admin_field(
        permission=Permission.CUSTOMERS_READ,
        graphql_type=Connection[CustomerChange],
        description="Customers by their last change on a website, oldest change first, for programs that keep a copy. Store "
        "`endCursor`, which is set on an empty page too, and pass it as `after` next time: no committed change is skipped, "
        "however long its transaction was open. A change may come again, so apply it twice without harm. Without `after` it "
        "begins with the customers who changed longest ago, and so names every customer of the websites that the viewer "
        "reaches.",
    )
    async def customer_changes(
        self, info: Info, first: First = strawberry.UNSET, after: After = strawberry.UNSET
    ) -> Any:
        return await read_changes(info.context, make_window(first, after, None, None))


ADMIN_QUERIES: Final = (CustomerChangeAdminQuery,)
