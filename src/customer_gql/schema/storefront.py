"""The storefront's part of the graph: what guests see, and what belongs to the signed-in customer."""

from customer_gql.accounts.self_service import AccountMutation, AccountQuery
from customer_gql.addresses.operations import AddressMutation
from customer_gql.core.access import StorefrontSchema
from customer_gql.core.errors import InputError, VersionConflictError
from customer_gql.customers.operations import CustomerMutation, CustomerQuery
from customer_gql.newsletter.operations import NewsletterMutation

from .customer import Customer
from .limits import LimitsQuery
from .nodes import NodeQuery
from .roots import config, merged

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
