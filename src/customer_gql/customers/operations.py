from typing import Annotated, Any

import strawberry

from customer_gql.core.access import admin_field, customer_field
from customer_gql.core.context import Info
from customer_gql.core.ids import decode_one
from customer_gql.core.pagination import After, Before, Connection, First, Last, Window

from . import reads
from .types import CustomerLink, CustomerSort


@strawberry.type
class CustomerQuery:
    @customer_field(graphql_type=CustomerLink | None, description="The signed-in customer.")
    async def me(self, info: Info) -> Any:
        return await info.context.load(reads.customers_by_id, info.context.viewer.customer_id)


@strawberry.type
class CustomerAdminQuery:
    @admin_field(
        permission="customers.read",
        graphql_type=CustomerLink | None,
        description="One customer; null when unknown, or of a website the viewer's role does not reach.",
    )
    async def customer(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The customer's id.")]
    ) -> Any:
        return await reads.reachable(info.context, decode_one(id, "cus"))

    @admin_field(
        permission="customers.read",
        graphql_type=Connection[CustomerLink],
        description="All customers of the websites the viewer's role reaches, in pages.",
    )
    async def customers(
        self,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
        sort: Annotated[CustomerSort, strawberry.argument(description="Order of the list.")] = CustomerSort.NEWEST,
    ) -> Any:
        return await reads.customer_list.page(info.context, Window.of(first, after, last, before), sort.value)
