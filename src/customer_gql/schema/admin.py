"""The graph of staff and services: every type and field."""

import strawberry

from customer_gql.administration.configuration.operations import ConfigurationAdminMutation, ConfigurationAdminQuery
from customer_gql.administration.customer_grid.operations import CustomerGridAdminMutation
from customer_gql.administration.mail_desk.operations import MailAdminMutation, MailAdminQuery
from customer_gql.commerce.reward_points.operations import RewardPointsAdminMutation
from customer_gql.commerce.store_credit.operations import StoreCreditAdminMutation
from customer_gql.customers.accounts.support.account_sharing import AccountSharingAdminMutation
from customer_gql.customers.accounts.support.operations import AccountAdminMutation, AccountAdminQuery
from customer_gql.customers.profile.operations import CustomerAdminQuery
from customer_gql.graph.payloads import InputError, VersionConflictError
from customer_gql.shop.groups.operations import GroupAdminQuery
from customer_gql.shop.websites.operations import WebsiteAdminQuery
from customer_gql.staff.operations import StaffAdminMutation, StaffAdminQuery
from customer_gql.staff.roles.operations import StaffRoleAdminMutation, StaffRoleAdminQuery
from customer_gql.staff.service_tokens.operations import ServiceTokenAdminMutation, ServiceTokenAdminQuery
from customer_gql.staff.sign_in.operations import StaffSignInMutation
from customer_gql.staff.sign_in.own_account import StaffAccountMutation, StaffAccountQuery

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
