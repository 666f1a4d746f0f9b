import datetime as dt
import enum
from typing import Any

import strawberry

from customer_gql.core.ids import encode_id
from customer_gql.customers.profile.reads import find_reachable_customer
from customer_gql.customers.profile.types import CustomerLink
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.scalars import graph_enum


class CustomerChangeKind(enum.Enum):
    CHANGED = "CHANGED"
    REMOVED = "REMOVED"


graph_enum(
    CustomerChangeKind,
    "What became of a customer, for the caller.",
    {
        "CHANGED": "The customer is new, or the profile, account or an address changed.",
        "REMOVED": "The customer was deleted, or moved to a website that the caller does not reach.",
    },
)


@strawberry.type(
    description="A customer who changed: the last change on one website. It tells that there is news, not what it is; read "
    "`customer`."
)
class CustomerChange:
    number: int = column("Customer number.")
    external_id: str | None = column("Key of the customer in another program at that time; null for none.")
    changed_at: dt.datetime = column("Time of the last change on the website.")

    @strawberry.field(description="Id of the customer, also of one that is gone.")
    def customer_id(self: Any) -> strawberry.ID:
        return strawberry.ID(encode_id("cus", self.customer_id))

    @strawberry.field(description="What became of the customer.")
    def change(self: Any, info: Info) -> CustomerChangeKind:
        return CustomerChangeKind.CHANGED if _is_reached(self, info) else CustomerChangeKind.REMOVED

    @strawberry.field(
        graphql_type=CustomerLink | None, description="The customer as stored now; null for one that is removed."
    )
    async def customer(self: Any, info: Info) -> Any:
        return await find_reachable_customer(info.context, self.customer_id) if _is_reached(self, info) else None


def _is_reached(row: Any, info: Info) -> bool:
    website = row.current_website_id
    return website is not None and info.context.viewer.reaches(website)
