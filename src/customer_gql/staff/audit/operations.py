from typing import Final

import strawberry

from customer_gql.graph.grids.types import grid_field

from .types import STAFF_EVENT_GRID


@strawberry.type
class StaffHistoryAdminQuery:
    staff_history: STAFF_EVENT_GRID.connection | None = grid_field(  # pyright: ignore
        STAFF_EVENT_GRID,
        description="History of staff, newest event first: a grid with filter, search, sort and facets.",
    )


ADMIN_QUERIES: Final = (StaffHistoryAdminQuery,)
