from typing import Final

import strawberry

from customer_gql.graph.grids.types import grid_field

from .types import REVIEW_GRID


@strawberry.type
class ReviewAdminQuery:
    reviews: REVIEW_GRID.connection | None = grid_field(  # pyright: ignore
        REVIEW_GRID,
        description="Reviews by customers of the websites that the viewer's role reaches, those of deleted customers included: a "
        "grid with filter, search, sort and facets. Columns with personal data and a search need `customers.pii` too.",
    )


ADMIN_QUERIES: Final = (ReviewAdminQuery,)
