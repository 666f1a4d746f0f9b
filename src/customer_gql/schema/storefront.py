"""The storefront's part of the graph: what guests see, and what belongs to the signed-in customer."""

from customer_gql.core.access import StorefrontSchema
from customer_gql.customers.operations import CustomerQuery

from .customer import Customer
from .limits import LimitsQuery
from .nodes import NodeQuery
from .roots import config, merged

schema = StorefrontSchema(
    query=merged(
        "Query", "What a shopper may read: the own account, and public facts.", CustomerQuery, NodeQuery, LimitsQuery
    ),
    types=[Customer],
    config=config(),
)
