"""The storefront's part of the graph: what guests see, and what belongs to the signed-in customer."""

from customer_gql.customers.edit_conflicts.types import VersionConflictError
from customer_gql.graph.payloads import InputError

from .customer import Customer
from .limits import LimitsQuery
from .nodes import NodeQuery
from .order import Order
from .roots import StorefrontSchema, merge_roots, schema_config

schema = StorefrontSchema(
    query=merge_roots(
        "Query", "Queries of shoppers: their own account, and public data.", "QUERIES", NodeQuery, LimitsQuery
    ),
    mutation=merge_roots("Mutation", "Mutations of shoppers: their own account.", "MUTATIONS"),
    types=[Customer, Order, InputError, VersionConflictError],
    config=schema_config(),
)
