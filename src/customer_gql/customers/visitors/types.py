import datetime as dt
from typing import Final

import strawberry

from customer_gql.customers.profile.reads import customers_by_id
from customer_gql.customers.profile.types import CustomerLink
from customer_gql.graph.fields import column, loaded
from customer_gql.graph.grids.types import build_grid_types, show_grid_row
from customer_gql.graph.scalars import graph_enum

from .filters import NOW_ONLINE, VisitorKind
from .online import OnlineChangeKind

graph_enum(
    VisitorKind,
    "Kind of a person who is online.",
    {"CUSTOMER": "Signed in, or signed up, with an account.", "VISITOR": "A person who did not sign in."},
)

graph_enum(
    OnlineChangeKind,
    "What happened to a person in the list of who is online.",
    {
        "ENTERED": "The person is in the list now.",
        "UPDATED": "The person was active again, or a fact about them changed.",
        "LEFT": "The person is not in the list any more: signed out, or not active for the configured minutes.",
    },
    name="OnlineChangeKind",
)


@strawberry.type(
    description="A customer or visitor who was active within the configured minutes. Page views do not count."
)
class OnlineVisitor:
    kind: VisitorKind = column("Whether it is a customer or a visitor.")
    number: int | None = column("The customer's number; null for a visitor.")
    first_name: str | None = column("First name; null for a visitor.", personal=True)
    last_name: str | None = column("Last name; null for a visitor.", personal=True)
    email: str | None = column("Address of the account; null for a visitor.", personal=True)
    company: str | None = column("Company of the default billing address; null when there is none.", personal=True)
    last_activity_at: dt.datetime = column("Last sign-in, sign-up or change of the cart.")
    last_url: str | None = column(
        "Page of the last activity, without its query; null when the storefront sent none.", personal=True
    )
    customer: CustomerLink | None = loaded(
        customers_by_id, key="customer_id", description="The customer; null for a visitor."
    )


@strawberry.type(name="OnlineChange", description="A change of the list of who is online.")
class OnlineChangeType:
    change: OnlineChangeKind = column("What happened.")
    visitor: OnlineVisitor = column("The person as in the list now; of one who left, as they were there last.")


ONLINE_GRID: Final = build_grid_types(
    NOW_ONLINE, node="OnlineVisitor", of=OnlineVisitor, shows={"OnlineVisitor": OnlineVisitor}
)
GRIDS: Final = (ONLINE_GRID,)
show_grid_row(ONLINE_GRID, OnlineVisitor, "Row of the customer or visitor in the list of who is online.")
