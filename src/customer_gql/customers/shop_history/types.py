from typing import Any, Final

import strawberry

from customer_gql.core.permissions import Permission
from customer_gql.customers.history.types import HistoryDetailSection, HistoryEventLink
from customer_gql.customers.profile.reads import find_reachable_customer
from customer_gql.customers.profile.types import CustomerLink
from customer_gql.graph.context import Info
from customer_gql.graph.grids.types import build_grid_types, grid_row_field

from .filters import HISTORY

HISTORY_GRID: Final = build_grid_types(
    HISTORY,
    node="HistoryEvent",
    of=HistoryEventLink,
    shows={"HistoryEvent": HistoryDetailSection},
    permission=Permission.HISTORY_READ,
    connection="HistoryEventGridConnection",
)


@strawberry.type
class HistoryCustomerSection:
    @strawberry.field(
        graphql_type=CustomerLink | None,
        description="The customer; null when deleted, or of a website that the viewer does not reach.",
    )
    async def customer(self: Any, info: Info) -> Any:
        return await find_reachable_customer(info.context, self.customer_id)

    grid_row: HISTORY_GRID.row_type | None = grid_row_field(  # pyright: ignore
        HISTORY_GRID, "Row of the event in the grid."
    )


GRIDS: Final = (HISTORY_GRID,)
HISTORY_EVENT_SECTIONS: Final = (HistoryCustomerSection,)
