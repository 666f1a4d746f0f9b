from typing import Any, Final

import strawberry

from customer_gql.core.errors import NotFound
from customer_gql.customers.addresses.types import Address
from customer_gql.customers.attributes.reads import attributes_by_entity
from customer_gql.customers.attributes.tables import AttributeEntity
from customer_gql.customers.attributes.values.types import AttributeValue, Codes, show_values
from customer_gql.customers.companies.types import CompanyMember
from customer_gql.customers.newsletter import types as newsletter
from customer_gql.customers.profile.types import CustomerLink, ProfileSection
from customer_gql.graph.context import Info
from customer_gql.graph.grids.matches import matches_field
from customer_gql.graph.grids.types import build_grid_types, extend_node, grid_row_field

from .columns.attributes import ATTRIBUTE_COLUMNS
from .filters import CUSTOMERS
from .quick_edit import find_quick_edited_columns

_CUSTOMER: Final = AttributeEntity.CUSTOMER
assert newsletter.SubscriptionStatus  # the enum of a column, which has to be shown before the column is
CUSTOMER_GRID: Final = build_grid_types(
    CUSTOMERS,
    node="Customer",
    of=CustomerLink,
    shows={"Customer": ProfileSection, "Address": Address, "CompanyMember": CompanyMember},
    find_quick_edited=find_quick_edited_columns,
    added=ATTRIBUTE_COLUMNS,
)


@strawberry.type
class GridRowAttributes:
    @strawberry.field(
        description="Values of attributes with `isGridColumn`, in the order of forms; those without a value are left out. Null with an "
        "error `NOT_FOUND` for a code in `codes` that is no column.",
        metadata={"assumed": 10},
    )
    async def attributes(self: Any, info: Info, codes: Codes = None) -> list[AttributeValue] | None:
        defined = await info.context.load(attributes_by_entity, _CUSTOMER.value)
        shown = [row.code for row in defined if row.is_grid_column and not row.is_being_deleted]
        unknown = set(codes or ()).difference(shown)
        if unknown:
            raise NotFound(f"There is no column of an attribute {min(unknown)!r}.")
        # The row may have come with the customer, or alone.
        key = self.id if hasattr(self, "id") else self.row_key_0
        return await show_values(info, _CUSTOMER, key, None, shown if codes is None else codes)


extend_node(CUSTOMER_GRID.row_type, GridRowAttributes)


@strawberry.type
class CustomerGridSection:
    grid_row: CUSTOMER_GRID.row_type | None = grid_row_field(  # pyright: ignore
        CUSTOMER_GRID, "Row of the customer in the grid; null for a moment, until it is computed."
    )
    matches = matches_field(CUSTOMER_GRID, "Whether the customer matches a filter of `customers`, and why.")


GRIDS: Final = (CUSTOMER_GRID,)
CUSTOMER_SECTIONS: Final = (CustomerGridSection,)
