"""The graph of staff and services: every type and field."""

import strawberry

from customer_gql.accounts.account_sharing import AccountSharingAdminMutation
from customer_gql.accounts.operations import AccountAdminMutation, AccountAdminQuery
from customer_gql.core.errors import InputError, VersionConflictError
from customer_gql.customer_grid.operations import CustomerGridAdminMutation
from customer_gql.customers.operations import CustomerAdminQuery
from customer_gql.groups.operations import GroupAdminQuery
from customer_gql.mail_desk.operations import MailAdminMutation, MailAdminQuery
from customer_gql.reward_points.operations import RewardPointsAdminMutation
from customer_gql.staff.account_operations import StaffAccountMutation, StaffAccountQuery
from customer_gql.staff.configuration import ConfigurationAdminMutation, ConfigurationAdminQuery
from customer_gql.staff.operations import StaffAdminMutation, StaffAdminQuery
from customer_gql.staff.role_operations import StaffRoleAdminMutation, StaffRoleAdminQuery
from customer_gql.staff.service_operations import ServiceTokenAdminMutation, ServiceTokenAdminQuery
from customer_gql.staff.sign_in_operations import StaffSignInMutation
from customer_gql.store_credit.operations import StoreCreditAdminMutation
from customer_gql.websites.operations import WebsiteAdminQuery

from .customer import Customer
from .limits import LimitsAdminQuery
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
        MailAdminQuery,
        NodeAdminQuery,
        LimitsAdminQuery,
        StaffAdminQuery,
        StaffRoleAdminQuery,
        StaffAccountQuery,
        ServiceTokenAdminQuery,
        ConfigurationAdminQuery,
    ),
    mutation=merged(
        "Mutation",
        "What staff and services may change, each root with its permission.",
        AccountAdminMutation,
        AccountSharingAdminMutation,
        CustomerGridAdminMutation,
        StoreCreditAdminMutation,
        RewardPointsAdminMutation,
        MailAdminMutation,
        StaffAdminMutation,
        StaffRoleAdminMutation,
        StaffAccountMutation,
        StaffSignInMutation,
        ServiceTokenAdminMutation,
        ConfigurationAdminMutation,
    ),
    types=[Customer, InputError, VersionConflictError],
    config=config(),
)
