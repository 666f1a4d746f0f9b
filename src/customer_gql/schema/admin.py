"""The graph of staff and services: every field but those of the storefront alone."""

from customer_gql.graph.payloads import InputError, VersionConflictError

from .customer import Customer
from .limits import LimitsAdminQuery
from .nodes import NodeAdminQuery
from .order import Order
from .roots import AdminSchema, merge_roots, schema_config

schema = AdminSchema(
    query=merge_roots(
        "Query",
        "What staff and services may read, each root with its permission.",
        "ADMIN_QUERIES",
        NodeAdminQuery,
        LimitsAdminQuery,
    ),
    mutation=merge_roots(
        "Mutation", "What staff and services may change, each root with its permission.", "ADMIN_MUTATIONS"
    ),
    types=[Customer, Order, InputError, VersionConflictError],
    config=schema_config(),
)
