import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any, Final

import strawberry

from customer_gql.core.ids import encode_id
from customer_gql.customers.history.tables import HistoryActor
from customer_gql.graph.fields import column, loaded
from customer_gql.graph.grids.types import build_grid_types, grid_row_field
from customer_gql.graph.nodes import Node, node_id
from customer_gql.shop.websites.reads import websites_by_id
from customer_gql.shop.websites.types import Website
from customer_gql.staff.reads import staff_by_id
from customer_gql.staff.types import StaffUser

from . import reads
from .filters import DELETED_CUSTOMERS

if TYPE_CHECKING:
    from customer_gql.schema.customer import DeletedCustomer

DeletedCustomerLink = Annotated["DeletedCustomer", strawberry.lazy("customer_gql.schema.customer")]


@strawberry.type
class DeletedAccountSection(Node):
    """Which account it was. The type of the graph gathers this and every other section, see `schema/customer.py`."""

    id: strawberry.ID = node_id(
        "del", reads.deleted_customers_by_id, "customer_id", description="Id of the record of the deletion."
    )
    number: int = column("Customer number that the account had.")
    external_id: str | None = column("Id that another system gave the customer; null for none.")
    website: Website = loaded(
        websites_by_id, key="website_id", description="Website of the account when it was deleted."
    )
    deleted_at: dt.datetime = column("Time of the deletion.")
    actor: HistoryActor = column("Kind of identity that deleted the account.")
    staff: StaffUser | None = loaded(
        staff_by_id, key="staff_id", description="Staff user who deleted the account; null for other actors."
    )

    @strawberry.field(description="Id that the customer had, by which orders and history still name them.")
    def customer_id(self: Any) -> strawberry.ID:
        return strawberry.ID(encode_id("cus", self.customer_id))


DELETED_CUSTOMER_GRID: Final = build_grid_types(
    DELETED_CUSTOMERS,
    node="DeletedCustomer",
    of=DeletedCustomerLink,
    shows={"DeletedCustomer": DeletedAccountSection},
)


@strawberry.type
class DeletedCustomerGridSection:
    grid_row: DELETED_CUSTOMER_GRID.row_type | None = grid_row_field(  # pyright: ignore
        DELETED_CUSTOMER_GRID, "Row of the deleted customer in the grid."
    )


GRIDS: Final = (DELETED_CUSTOMER_GRID,)
DELETED_CUSTOMER_SECTIONS: Final = (DeletedAccountSection, DeletedCustomerGridSection)
