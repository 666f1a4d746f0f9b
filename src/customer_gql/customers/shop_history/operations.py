from typing import Final

import strawberry

from customer_gql.graph.grids.types import grid_field

from .types import HISTORY_GRID


@strawberry.type
class HistoryAdminQuery:
    history: HISTORY_GRID.connection | None = grid_field(  # pyright: ignore
        HISTORY_GRID,
        description="What was done to the customers of the websites that the viewer's role reaches, deleted ones included: a "
        "grid with filter, search, sort and facets.",
    )


ADMIN_QUERIES: Final = (HistoryAdminQuery,)
