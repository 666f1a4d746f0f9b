"""The graph of staff and services: every field but those of the storefront alone."""

from customer_gql.customers.edit_conflicts.types import VersionConflictError
from customer_gql.graph.payloads import InputError

from .customer import Customer, DeletedCustomer
from .grids import GridAdminQuery
from .limits import LimitsAdminQuery
from .nodes import NodeAdminQuery
from .order import Order
from .roots import AdminSchema, merge_roots, schema_config

schema = AdminSchema(
    query=merge_roots(
        "Query",
        "Queries of staff and services, each with its permission.",
        "ADMIN_QUERIES",
        NodeAdminQuery,
        LimitsAdminQuery,
        GridAdminQuery,
    ),
    mutation=merge_roots("Mutation", "Mutations of staff and services, each with its permission.", "ADMIN_MUTATIONS"),
    subscription=merge_roots(
        "Subscription",
        "What staff and services follow, each with its permission: over server-sent events or a WebSocket.",
        "ADMIN_SUBSCRIPTIONS",
    ),
    types=[Customer, DeletedCustomer, Order, InputError, VersionConflictError],
    config=schema_config(),
)
