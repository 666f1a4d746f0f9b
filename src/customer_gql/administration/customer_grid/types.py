from typing import Any, Final

import strawberry

from customer_gql.core.ids import encode_id
from customer_gql.customers.addresses.types import Address
from customer_gql.customers.newsletter import types as newsletter
from customer_gql.customers.profile.reads import find_reachable_customer
from customer_gql.customers.profile.types import CustomerLink, ProfileSection
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.grids.matches import matches_field
from customer_gql.graph.grids.types import build_grid_types, grid_row_field
from customer_gql.graph.payloads import UserError
from customer_gql.graph.scalars import graph_enum

from .filters import CUSTOMERS
from .mass_action import MassAction, MassActionOutcome
from .quick_edit import find_quick_edited_columns

assert newsletter.SubscriptionStatus  # the enum of a column, which has to be shown before the column is
CUSTOMER_GRID: Final = build_grid_types(
    CUSTOMERS,
    node="Customer",
    of=CustomerLink,
    shows={"Customer": ProfileSection, "Address": Address},
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

graph_enum(
    MassAction,
    "Action on many customers.",
    {
        "SUBSCRIBE": "Subscribe to the newsletter of the default store view of each customer's website, and no other.",
        "UNSUBSCRIBE": "End every newsletter subscription, in all store views.",
        "ASSIGN_GROUP": "Move to the group `groupId`. Refused for members of a company.",
        "DELETE": "Delete the accounts permanently. Orders, reviews and ledgers stay. Refused for a company's admin.",
    },
    name="CustomerMassActionKind",
)
graph_enum(
    MassActionOutcome,
    "Outcome of a mass action for one customer.",
    {
        "DONE": "The action was done.",
        "UNCHANGED": "Nothing had to change.",
        "REFUSED": "A rule forbids the action; `error` says which one.",
        "NOT_FOUND": "There is no such customer, or the website is outside the reach of the viewer's role.",
    },
    name="CustomerMassActionOutcome",
)


@strawberry.type(description="Outcome of a mass action for one customer.")
class CustomerMassActionResult:
    customer_key: strawberry.Private[int]
    outcome: MassActionOutcome = column("Outcome for this customer.")
    error: UserError | None = column("What the action was refused with; null when it was not.")

    @strawberry.field(description="Id of the customer, as given.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(encode_id("cus", self.customer_key))

    @strawberry.field(
        graphql_type=CustomerLink | None, description="The customer as stored now; null when deleted or unknown."
    )
    async def customer(self, info: Info) -> Any:
        return await find_reachable_customer(info.context, self.customer_key)
