"""The graph of staff and services: every type and field."""

import strawberry

from customer_gql.graph.payloads import InputError, VersionConflictError

from .customer import Customer
from .limits import LimitsAdminQuery
from .nodes import NodeAdminQuery
from .order import Order
from .roots import config, merged

schema = strawberry.Schema(
    query=merged(
        "Query",
        "What staff and services may read, each root with its permission.",
        "ADMIN_QUERIES",
        NodeAdminQuery,
        LimitsAdminQuery,
    ),
    mutation=merged(
        "Mutation", "What staff and services may change, each root with its permission.", "ADMIN_MUTATIONS"
    ),
    types=[Customer, Order, InputError, VersionConflictError],
    config=config(),
)
