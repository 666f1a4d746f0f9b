from typing import Annotated, Any, Final

import strawberry

from customer_gql.core.errors import BadInput
from customer_gql.core.ids import decode_keys
from customer_gql.core.permissions import Permission
from customer_gql.core.text import find_text_fault
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.grids.types import grid_field
from customer_gql.graph.roots import admin_field

from .reads import find_reachable_order
from .types import ORDER_GRID, OrderLink


@strawberry.input(one_of=True, description="An order, named in exactly one way.")
class OrderRef:
    id: strawberry.Maybe[strawberry.ID] = column("Id of the order.")
    number: strawberry.Maybe[str] = column("Order number, exactly as it is shown.")


@strawberry.type
class OrderAdminQuery:
    @admin_field(
        permission=Permission.CUSTOMERS_READ,
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


ADMIN_QUERIES: Final = (OrderAdminQuery,)
