"""The storefront's part of the graph: what guests see, and what belongs to the signed-in customer."""

from customer_gql.customers.accounts.operations import AccountMutation, AccountQuery
from customer_gql.customers.addresses.operations import AddressMutation
from customer_gql.customers.newsletter.operations import NewsletterMutation
from customer_gql.customers.profile.operations import CustomerMutation, CustomerQuery
from customer_gql.graph.payloads import InputError, VersionConflictError

from .customer import Customer
from .limits import LimitsQuery
from .nodes import NodeQuery
from .roots import StorefrontSchema, config, merged

schema = StorefrontSchema(
    query=merged(
        "Query",
        "What a shopper may read: the own account, and public facts.",
        CustomerQuery,
        AccountQuery,
        NodeQuery,
        LimitsQuery,
    ),
    mutation=merged(
        "Mutation",
        "What a shopper may change: the own account.",
        AccountMutation,
        CustomerMutation,
        AddressMutation,
        NewsletterMutation,
    ),
    types=[Customer, InputError, VersionConflictError],
    config=config(),
)
