import strawberry

from customer_gql.core.permissions import Permission
from customer_gql.customers.companies import reads
from customer_gql.customers.companies.permissions import CompanyPermission
from customer_gql.graph.fields import column
from customer_gql.graph.nodes import Node, node_id
from customer_gql.graph.scalars import graph_enum

from .permissions_of_viewer import is_role_shown

graph_enum(
    CompanyPermission,
    "What a role of a company allows its members.",
    {
        "CHECKOUT": "Place orders.",
        "ORDERS_VIEW": "See their own orders for the company.",
        "ORDERS_VIEW_SUBORDINATES": "See orders of members below them. Needs `ORDERS_VIEW`.",
        "PROFILE_VIEW": "See the profile of the company.",
        "PROFILE_EDIT": "Change the profile of the company. Needs `PROFILE_VIEW`.",
        "LEGAL_ADDRESS_VIEW": "See the legal address.",
        "LEGAL_ADDRESS_EDIT": "Change the legal address. Needs `LEGAL_ADDRESS_VIEW`.",
        "CONTACTS_VIEW": "See the admin and the sales representative.",
        "ROLES_VIEW": "See roles and their permissions.",
        "ROLES_MANAGE": "Create, change and delete roles. Needs `ROLES_VIEW`.",
        "USERS_VIEW": "See members, teams and the structure.",
        "USERS_MANAGE": "Invite, change and remove members, and change teams and the structure. Needs `USERS_VIEW`.",
    },
)


@strawberry.type(description="A role of a company, which decides what members can do.")
class CompanyRole(Node):
    id: strawberry.ID = node_id(
        "crl",
        reads.roles_by_id,
        "id",
        visible=is_role_shown,
        visible_to_staff=reads.is_role_reachable,
        permission=Permission.COMPANIES_READ,
        description="Id of the role.",
    )
    name: str = column("Name, unique in the company whatever its case.")
    permissions: list[CompanyPermission] = column("What members with this role can do.", assumed=6)
    version: int = column(
        "Version, which increases with every change of the role. Pass it as `expectedVersion` in an edit."
    )
    is_default: bool = column("Whether members get this role when nobody chose another.")
