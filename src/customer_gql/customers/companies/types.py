import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Any, Final

import strawberry

from customer_gql.core.ids import decode_id, decode_keys, prefix_of
from customer_gql.core.permissions import Permission
from customer_gql.customers.profile.reads import customers_by_id, reaches_records_of
from customer_gql.customers.profile.types import CustomerLink
from customer_gql.graph.access.guards import guarded_type
from customer_gql.graph.connections import After, Before, Connection, First, Last, make_window, paged
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column, loaded
from customer_gql.graph.nodes import Node, node_id
from customer_gql.graph.scalars import graph_enum
from customer_gql.shop.groups.reads import groups_by_id
from customer_gql.shop.groups.types import CustomerGroup
from customer_gql.shop.websites.reads import websites_by_id
from customer_gql.shop.websites.types import Website
from customer_gql.staff.reads import staff_by_id
from customer_gql.staff.types import SalesRepresentative

from . import reads
from .access.permissions_of_viewer import (
    is_member_shown,
    is_own_company,
    is_team_shown,
    require_on_storefront,
    shown_by_role,
)
from .access.role_types import CompanyRole
from .invitations.reads import invitations_by_company
from .invitations.types import CompanyInvitation
from .permissions import CompanyPermission
from .tables import CompanyKind, CompanyStatus

graph_enum(
    CompanyStatus,
    "State of a company.",
    {
        "PENDING": "Waits for staff to activate or reject it. Accounts that were created for it cannot sign in.",
        "ACTIVE": "Its members can order.",
        "REJECTED": "Staff rejected it, with a reason. Accounts that were created for it cannot sign in.",
        "BLOCKED": "Its members can sign in and browse, but not order.",
    },
)
graph_enum(
    CompanyKind,
    "Whether a company has a parent, child companies or neither.",
    {
        "COMPANY": "Has neither a parent nor child companies.",
        "PARENT": "Has child companies.",
        "CHILD": "Has a parent company.",
    },
)


def _of_company(permission: CompanyPermission) -> Any:
    return shown_by_role(permission, company="id")


_PROFILE: Final = _of_company(CompanyPermission.PROFILE_VIEW)
_LEGAL_ADDRESS: Final = _of_company(CompanyPermission.LEGAL_ADDRESS_VIEW)
_CONTACTS: Final = _of_company(CompanyPermission.CONTACTS_VIEW)
_ROLES: Final = _of_company(CompanyPermission.ROLES_VIEW)
_USERS_OF_COMPANY: Final = _of_company(CompanyPermission.USERS_VIEW)
_USERS: Final = shown_by_role(CompanyPermission.USERS_VIEW)
_OWN_OR_ROLES: Final = shown_by_role(CompanyPermission.ROLES_VIEW, shows_own=True)


@strawberry.type(description="The address under which a company is registered.")
class CompanyLegalAddress:
    street: list[str] = column("Street, of one or two lines.", assumed=2)
    city: str = column("City.")
    country_code: str = column("Country, by its two-letter code of ISO 3166-1.")
    region: str | None = column("State or province, as it was typed.")
    region_code: str | None = column("Code of the state or province, where the country lists them.")
    postcode: str | None = column("Postal code.")
    telephone: str | None = column("Telephone number of the company.")


CompanyLink = Annotated["Company", strawberry.lazy("customer_gql.customers.companies.types")]
CompanyNode = Annotated[
    Annotated["CompanyMember", strawberry.lazy("customer_gql.customers.companies.types")]
    | Annotated["CompanyTeam", strawberry.lazy("customer_gql.customers.companies.types")],
    strawberry.union("CompanyNode", description="A node of the structure of a company: a member or a team."),
]


async def _is_member_reachable(context: Any, key: Sequence[int]) -> bool:
    return await reaches_records_of(context, key[0])


@guarded_type(
    requires=Permission.COMPANIES_READ, description="A customer in a company, with a role and a place in its structure."
)
class CompanyMember(Node):
    id: strawberry.ID = node_id(
        "cmb",
        reads.members_by_id,
        "customer_id",
        "id",
        visible=is_member_shown,
        visible_to_staff=_is_member_reachable,
        permission=Permission.COMPANIES_READ,
        description="Id of the membership.",
    )
    customer: CustomerLink | None = loaded(
        customers_by_id, key="customer_id", description="The account of the member.", admin=True
    )
    first_name: str = column("First name of the account.", personal=True)
    last_name: str = column("Last name of the account.", personal=True)
    email: str = column("E-mail address of the account.", personal=True)
    job_title: str | None = column("Job title in the company.")
    telephone: str | None = column("Telephone number at work.", personal=True)
    company: CompanyLink | None = loaded(reads.companies_by_id, key="company_id", description="The company.")
    role: CompanyRole = _OWN_OR_ROLES(
        loaded(reads.roles_by_id, key="role_id", description="Role, which does not limit the admin.")
    )
    permissions: list[CompanyPermission] = _OWN_OR_ROLES(
        column("What the member can do: the admin everything.", assumed=6)
    )
    is_admin: bool = column("Whether the member runs the company.")
    is_primary: bool = column("Whether this membership decides the group of the customer, who may have others.")
    is_active: bool = column("Whether the company lets the member act for it.")
    can_order: bool = column("Whether the member can order for the company now.")
    joined_at: dt.datetime = column("Time at which the customer became a member.")
    parent: CompanyNode | None = _USERS(
        loaded(
            reads.nodes_by_id,
            key=("company_id", "parent_id"),
            description="Node above the member in the structure; null for the admin, who is its root.",
        )
    )

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        return getattr(value, "node_kind", reads.MEMBER) == reads.MEMBER


@strawberry.type(description="A team in the structure of a company.")
class CompanyTeam(Node):
    id: strawberry.ID = node_id(
        "ctm",
        reads.teams_by_id,
        "id",
        visible=is_team_shown,
        visible_to_staff=reads.is_team_reachable,
        permission=Permission.COMPANIES_READ,
        description="Id of the team.",
    )
    name: str = column("Name of the team.")
    description: str | None = column("What the team is for.")
    version: int = column(
        "Version, which increases with every change of the team. Pass it as `expectedVersion` in an edit."
    )
    parent: CompanyNode | None = _USERS(
        loaded(reads.nodes_by_id, key=("company_id", "parent_id"), description="Node above the team in the structure.")
    )

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        return getattr(value, "node_kind", reads.TEAM) == reads.TEAM


@strawberry.input(description="Members to show: those that match every given field.")
class CompanyMemberFilter:
    is_active: bool | None = strawberry.field(
        description="Whether the company lets the members act for it.", default=None
    )
    role_id: strawberry.ID | None = strawberry.field(
        description="Id of the role of the members. `FORBIDDEN` to members without the permission `ROLES_VIEW` of the company.",
        default=None,
    )


@guarded_type(requires=Permission.COMPANIES_READ, description="A company that customers buy for.")
class Company(Node):
    id: strawberry.ID = node_id(
        "com",
        reads.companies_by_id,
        "id",
        visible=is_own_company,
        visible_to_staff=reads.is_company_reachable,
        permission=Permission.COMPANIES_READ,
        description="Id of the company.",
    )
    number: int = column("Company number that people use.")
    version: int = _PROFILE(
        column("Version, which increases with every change. Pass it as `expectedVersion` in an edit.")
    )
    external_id: str | None = column("Key of the company in another program, unique in the shop.", admin=True)
    website: Website = loaded(websites_by_id, key="website_id", description="Website of the company and its members.")
    name: str = column("Name.")
    email: str = _PROFILE(column("E-mail address of the company; its admin can have a different one."))
    legal_name: str | None = _PROFILE(column("Name under which the company is registered."))
    vat_number: str | None = _PROFILE(column("VAT number or tax number."))
    reseller_id: str | None = _PROFILE(column("Number by which the company is known as a reseller."))
    legal_address: CompanyLegalAddress = _LEGAL_ADDRESS(
        loaded(reads.legal_addresses_by_company, key="id", description="Address under which the company is registered.")
    )
    status: CompanyStatus = _PROFILE(column("State of the company."))
    rejection_reason: str | None = _PROFILE(column("Reason for which staff rejected it; null in every other state."))
    rejected_at: dt.datetime | None = _PROFILE(column("Time at which staff rejected it; null in every other state."))
    kind: CompanyKind = column("Whether it has a parent, or children.")
    parent: CompanyLink | None = _PROFILE(
        loaded(reads.companies_by_id, key="parent_id", description="The parent company; null without one.")
    )
    children: Connection[CompanyLink] = _PROFILE(
        paged(reads.children_by_company, key="id", description="Child companies, by name.")
    )
    group: CustomerGroup = _PROFILE(loaded(groups_by_id, key="group_id", description="Customer group of its members."))
    sales_representative: SalesRepresentative | None = _CONTACTS(
        loaded(staff_by_id, key="sales_representative_id", description="Staff user who looks after the company.")
    )
    admin: CompanyMember = _CONTACTS(
        loaded(
            reads.members_by_company_and_customer,
            key=("id", "admin_customer_id"),
            description="The member who runs the company.",
        )
    )
    roles: list[CompanyRole] = _ROLES(
        loaded(
            reads.roles_by_company,
            key="id",
            description=f"Roles, the default one first, then by name; at most {reads.MAX_ROLES}.",
            assumed=3,
        )
    )
    invitations: Connection[CompanyInvitation] = _USERS_OF_COMPANY(
        paged(invitations_by_company, key="id", description="Open invitations, newest first.")
    )
    comment: str | None = column("Comment of staff.", admin=True)
    created_at: dt.datetime = _PROFILE(column("Time at which the company was created or requested."))
    updated_at: dt.datetime = _PROFILE(column("Time of the last change."))

    @_USERS_OF_COMPANY
    @strawberry.field(graphql_type=Connection[CompanyMember], description="Members, by name.")
    async def members(
        self: Any,
        info: Info,
        filter: Annotated[
            CompanyMemberFilter | None, strawberry.argument(description="Members to show; all by default.")
        ] = None,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        chosen = filter or CompanyMemberFilter()
        role_id = None if chosen.role_id is None else decode_id(chosen.role_id, "crl")
        if role_id is not None:
            await require_on_storefront(info.context, self.id, CompanyPermission.ROLES_VIEW)
        window, given = make_window(first, after, last, before), {"is_active": chosen.is_active, "role_id": role_id}
        return await reads.members_by_company.load(info.context, self.id, window, **given)

    @_USERS_OF_COMPANY
    @strawberry.field(
        graphql_type=Connection[CompanyNode],
        description="Nodes of the structure below one of them: teams first, each by name. Without `parentId` the root, which is "
        "the admin.",
    )
    async def structure(
        self: Any,
        info: Info,
        parent_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Id of the team or membership above.")
        ] = None,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        place = 0 if parent_id is None else decode_node_id(parent_id)
        return await reads.nodes_by_place.load(info.context, (self.id, place), make_window(first, after, last, before))


def decode_node_id(id: str) -> int:
    """The key of a node of a structure. Raises `BadInput`."""
    return decode_id(id, "ctm") if prefix_of(id) == "ctm" else decode_keys(id, "cmb", 2)[1]


@strawberry.type
class CompanySection:
    company: Company | None = loaded(
        reads.primary_companies_by_customer,
        key="id",
        description="Company of the primary membership; null for a customer without one.",
    )
    memberships: list[CompanyMember] | None = loaded(
        reads.memberships_by_customer,
        key="id",
        description="Memberships in companies, the primary one first, then from the oldest on; at most 20.",
        assumed=1,
    )


CUSTOMER_SECTIONS: Final = (CompanySection,)
