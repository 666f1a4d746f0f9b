"""The graph of staff and services: every type and field."""

import strawberry

from customer_gql.accounts.operations import AccountAdminMutation, AccountAdminQuery
from customer_gql.core.errors import InputError, VersionConflictError
from customer_gql.customer_grid.operations import CustomerGridAdminMutation
from customer_gql.customers.operations import CustomerAdminMutation, CustomerAdminQuery
from customer_gql.groups.operations import GroupAdminQuery
from customer_gql.websites.operations import WebsiteAdminQuery

from .customer import Customer
from .nodes import NodeAdminQuery
from .roots import config, merged

schema = strawberry.Schema(
    query=merged(
        "Query",
        "What staff and services may read, each root with its permission.",
        CustomerAdminQuery,
        AccountAdminQuery,
        GroupAdminQuery,
        WebsiteAdminQuery,
        NodeAdminQuery,
    ),
    mutation=merged(
        "Mutation",
        "What staff and services may change, each root with its permission.",
        AccountAdminMutation,
        CustomerAdminMutation,
        CustomerGridAdminMutation,
    ),
    types=[Customer, InputError, VersionConflictError],
    config=config(),
)
