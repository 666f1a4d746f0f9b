from typing import Annotated, Any, Final

import strawberry

from customer_gql.core.errors import BadInput
from customer_gql.core.ids import decode_id, decode_keys
from customer_gql.core.permissions import Permission
from customer_gql.core.text import find_text_fault
from customer_gql.customers.companies.reads import primary_companies_by_customer
from customer_gql.graph.connections import After, Before, Connection, First, Last, make_window
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.grids.types import grid_field
from customer_gql.graph.roots import admin_field, customer_field

from .company_orders import find_shown_buyers, orders_by_company
from .reads import find_reachable_order, own_orders_by_number
from .types import ORDER_GRID, OrderLink


@strawberry.input(one_of=True, description="An order, named in exactly one way.")
class OrderRef:
    id: strawberry.Maybe[strawberry.ID] = column("Id of the order.")
    number: strawberry.Maybe[str] = column("Order number, exactly as it is shown.")


@strawberry.type
class OrderAdminQuery:
    @admin_field(
        permission=Permission.ORDERS_READ,
        graphql_type=OrderLink | None,
        description="An order, also of a deleted customer. Null when unknown, or placed on a website that the viewer's role does "
        "not reach.",
    )
    async def order(self, info: Info, by: Annotated[OrderRef, strawberry.argument(description="The order.")]) -> Any:
        if by.id is not None:
            customer_id, id = decode_keys(by.id.value, "ord", 2)
            return await find_reachable_order(info.context, key=(customer_id, id))
        assert by.number is not None
        number = by.number.value
        fault = find_text_fault(number)
        if fault is not None:
            raise BadInput(f"by.number: {fault}", argument=["by", "number"])
        return await find_reachable_order(info.context, number=number)

    orders: ORDER_GRID.connection | None = grid_field(  # pyright: ignore
        ORDER_GRID,
        description="Orders of the websites that the viewer's role reaches, those of deleted customers included: a grid with "
        "filter, search, sort and facets. Columns with personal data and a search need `customers.pii` too.",
    )


@strawberry.type
class OwnOrderQuery:
    @customer_field(
        graphql_type=OrderLink | None,
        description="An order of the signed-in customer by its number; null when unknown, of somebody else, or not shown to the "
        "customer yet because it waits for its payment.",
    )
    async def order(
        self,
        info: Info,
        number: Annotated[str, strawberry.argument(description="Order number, exactly as it is shown.")],
    ) -> Any:
        fault = find_text_fault(number)
        if fault is not None:
            raise BadInput(f"number: {fault}", argument=["number"])
        return await info.context.load(own_orders_by_number, (info.context.viewer.customer_id, number))


@strawberry.type
class CompanyOrderQuery:
    @customer_field(
        graphql_type=Connection[OrderLink] | None,
        description="Orders placed for a company of the signed-in customer, newest first; without those that still wait for their "
        "payment. With `ORDERS_VIEW` the customer's own, with `ORDERS_VIEW_SUBORDINATES` those of members below too; the admin sees "
        "all of them, also of members who left. `FORBIDDEN` without these permissions of the company, `NOT_FOUND` for any other "
        "company or member.",
    )
    async def company_orders(
        self,
        info: Info,
        company_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Id of the company; the primary one by default.")
        ] = None,
        member_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Id of a membership whose orders alone are wanted.")
        ] = None,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        context, window = info.context, make_window(first, after, last, before)
        if company_id is not None:
            key = decode_id(company_id, "com")
        else:
            primary = await context.load(primary_companies_by_customer, context.viewer.customer_id)
            if primary is None:
                return None
            key = primary.id
        keys = None if member_id is None else decode_keys(member_id, "cmb", 2)
        buyers = await find_shown_buyers(context, key, None if keys is None else (keys[0], keys[1]))
        return await orders_by_company.load(context, key, window, customer_ids=buyers)


QUERIES: Final = (OwnOrderQuery, CompanyOrderQuery)
ADMIN_QUERIES: Final = (OrderAdminQuery,)
