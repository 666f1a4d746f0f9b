from typing import Final

import strawberry

from customer_gql.customers.addresses.types import Address
from customer_gql.customers.companies.types import CompanyMember
from customer_gql.customers.newsletter import types as newsletter
from customer_gql.customers.profile.types import CustomerLink, ProfileSection
from customer_gql.graph.grids.matches import matches_field
from customer_gql.graph.grids.types import build_grid_types, grid_row_field

from .filters import CUSTOMERS
from .quick_edit import find_quick_edited_columns

assert newsletter.SubscriptionStatus  # the enum of a column, which has to be shown before the column is
CUSTOMER_GRID: Final = build_grid_types(
    CUSTOMERS,
    node="Customer",
    of=CustomerLink,
    shows={"Customer": ProfileSection, "Address": Address, "CompanyMember": CompanyMember},
    find_quick_edited=find_quick_edited_columns,
)


@strawberry.type
class CustomerGridSection:
    grid_row: CUSTOMER_GRID.row_type | None = grid_row_field(  # pyright: ignore
        CUSTOMER_GRID, "Row of the customer in the grid; null for a moment, until it is computed."
    )
    matches = matches_field(CUSTOMER_GRID, "Whether the customer matches a filter of `customers`, and why.")


GRIDS: Final = (CUSTOMER_GRID,)
CUSTOMER_SECTIONS: Final = (CustomerGridSection,)
