from typing import Final

import strawberry

from customer_gql.graph.grids.types import grid_field

from .types import DELETED_CUSTOMER_GRID


@strawberry.type
class DeletedCustomerAdminQuery:
    deleted_customers: DELETED_CUSTOMER_GRID.connection | None = grid_field(  # pyright: ignore
        DELETED_CUSTOMER_GRID,
        description="Customers who were deleted from the websites that the viewer's role reaches: a grid with filter, search, sort "
        "and facets. It has neither names nor addresses.",
    )


ADMIN_QUERIES: Final = (DeletedCustomerAdminQuery,)
