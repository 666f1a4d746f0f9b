from typing import Annotated, Any, Final

import strawberry

from customer_gql.core.ids import decode_id
from customer_gql.core.input_ids import parse_input_id
from customer_gql.customers.companies.access.permissions_of_viewer import require_own_membership
from customer_gql.customers.companies.permissions import CompanyPermission
from customer_gql.customers.companies.reads import companies_by_id, primary_companies_by_customer
from customer_gql.customers.companies.types import Company
from customer_gql.graph.context import Info
from customer_gql.graph.roots import INPUT, customer_field, customer_mutation

from . import roles, structure, users
from .changing import (
    NEEDS_ACTIVE,
    change_company_of_viewer,
    describe_needs,
    parse_member_id,
    parse_node_id,
)
from .inputs import (
    CompanyNodeMoveInput,
    CompanyProfileUpdateInput,
    CompanyRoleCreateInput,
    CompanyRoleInput,
    CompanyRoleUpdateInput,
    CompanySelectInput,
    CompanyTeamCreateInput,
    CompanyTeamInput,
    CompanyTeamUpdateInput,
    CompanyUserInput,
    CompanyUserUpdateInput,
)
from .profile import edit_company_profile, find_needed_permissions
from .types import (
    CompanyNodeMovePayload,
    CompanyRolePayload,
    CompanyTeamPayload,
    CompanyUserPayload,
    OwnCompanyPayload,
)

_ROLES: Final = CompanyPermission.ROLES_MANAGE
_USERS: Final = CompanyPermission.USERS_MANAGE
_NEEDS_ROLES: Final = describe_needs(_ROLES)
_NEEDS_USERS: Final = describe_needs(_USERS)


@strawberry.type
class CompanyQuery:
    @customer_field(
        graphql_type=Company | None,
        description="A company of the signed-in customer: by default that of the primary membership, null without one. "
        "`NOT_FOUND` for the id of any other company. What the role of the customer does not show is null, with `FORBIDDEN` and "
        "the permission.",
    )
    async def company(
        self,
        info: Info,
        id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Id of the company; the primary one by default.")
        ] = None,
    ) -> Any:
        context = info.context
        if id is None:
            return await context.load(primary_companies_by_customer, context.viewer.customer_id)
        key = decode_id(id, "com")
        await require_own_membership(context, key)
        return await context.load(companies_by_id, key)


@strawberry.type
class CompanyProfileMutation:
    @customer_mutation(
        description="Change the profile of a company. Edits of one company merge or conflict by its version. Permission in the "
        "company: `PROFILE_EDIT`, and for the address `LEGAL_ADDRESS_EDIT`; `FORBIDDEN` without it. "
        f"{NEEDS_ACTIVE} Undone by another update."
    )
    async def company_profile_update(
        self, info: Info, input: Annotated[CompanyProfileUpdateInput, INPUT]
    ) -> OwnCompanyPayload:
        given = input.edits()
        needed = find_needed_permissions(given)
        async with change_company_of_viewer(info, input.company_id, *needed) as (connection, acting, by):
            await edit_company_profile(connection, acting, given, expected_version=input.expected_version, by=by)
        return OwnCompanyPayload(company_key=acting.company_id)


@strawberry.type
class CompanyRoleMutation:
    @customer_mutation(
        description="Create a role. A permission is granted only with its parent, and only by members who have it themselves. "
        f"{_NEEDS_ROLES} Undone by `companyRoleDelete`."
    )
    async def company_role_create(
        self, info: Info, input: Annotated[CompanyRoleCreateInput, INPUT]
    ) -> CompanyRolePayload:
        async with change_company_of_viewer(info, input.company_id, _ROLES) as (connection, acting, by):
            key = await roles.create_role(connection, acting, name=input.name, permissions=input.permissions, by=by)
        return CompanyRolePayload(company_key=acting.company_id, role_key=key)

    @customer_mutation(
        in_person=True,
        description="Change the name or the permissions of a role, for all members who have it. Permissions are added only by "
        f"members who have them themselves. {_NEEDS_ROLES} Undone by another update.",
    )
    async def company_role_update(
        self, info: Info, input: Annotated[CompanyRoleUpdateInput, INPUT]
    ) -> CompanyRolePayload:
        key = parse_input_id(input.id, "crl", ["id"])
        async with change_company_of_viewer(info, input.company_id, _ROLES) as (connection, acting, by):
            await roles.update_role(
                connection,
                acting,
                key,
                name=input.name,
                permissions=input.permissions,
                expected_version=input.expected_version,
                by=by,
            )
        return CompanyRolePayload(company_key=acting.company_id, role_key=key)

    @customer_mutation(
        description="Create a role with the permissions of another one, which the signed-in member has to have. Its name ends in "
        f"`- Duplicated`. {_NEEDS_ROLES} Undone by `companyRoleDelete`."
    )
    async def company_role_duplicate(self, info: Info, input: Annotated[CompanyRoleInput, INPUT]) -> CompanyRolePayload:
        key = parse_input_id(input.id, "crl", ["id"])
        async with change_company_of_viewer(info, input.company_id, _ROLES) as (connection, acting, by):
            made = await roles.duplicate_role(connection, acting, key, by=by)
        return CompanyRolePayload(company_key=acting.company_id, role_key=made)

    @customer_mutation(
        description=f"Delete a role that nobody has; the default role stays. {_NEEDS_ROLES} Cannot be undone."
    )
    async def company_role_delete(self, info: Info, input: Annotated[CompanyRoleInput, INPUT]) -> CompanyRolePayload:
        key = parse_input_id(input.id, "crl", ["id"])
        async with change_company_of_viewer(info, input.company_id, _ROLES) as (connection, acting, by):
            await roles.delete_role(connection, acting, key, by=by)
        return CompanyRolePayload(company_key=acting.company_id)


@strawberry.type
class CompanyStructureMutation:
    @customer_mutation(
        description="Create a team below a member or another team, by default below the admin. "
        f"{_NEEDS_USERS} Undone by `companyTeamDelete`."
    )
    async def company_team_create(
        self, info: Info, input: Annotated[CompanyTeamCreateInput, INPUT]
    ) -> CompanyTeamPayload:
        above = None if input.parent_id is None else parse_node_id(input.parent_id, ["parentId"])
        async with change_company_of_viewer(info, input.company_id, _USERS) as (connection, acting, by):
            key = await structure.create_team(
                connection, acting, name=input.name, description=input.description, parent_id=above, by=by
            )
        return CompanyTeamPayload(company_key=acting.company_id, team_key=key)

    @customer_mutation(
        description=f"Change the name or the description of a team. {_NEEDS_USERS} Undone by another update."
    )
    async def company_team_update(
        self, info: Info, input: Annotated[CompanyTeamUpdateInput, INPUT]
    ) -> CompanyTeamPayload:
        key = parse_input_id(input.id, "ctm", ["id"])
        async with change_company_of_viewer(info, input.company_id, _USERS) as (connection, acting, by):
            await structure.update_team(
                connection, acting, key, input.edits(), expected_version=input.expected_version, by=by
            )
        return CompanyTeamPayload(company_key=acting.company_id, team_key=key)

    @customer_mutation(description=f"Delete a team that is empty. {_NEEDS_USERS} Cannot be undone.")
    async def company_team_delete(self, info: Info, input: Annotated[CompanyTeamInput, INPUT]) -> CompanyTeamPayload:
        key = parse_input_id(input.id, "ctm", ["id"])
        async with change_company_of_viewer(info, input.company_id, _USERS) as (connection, acting, by):
            await structure.delete_team(connection, acting, key, by=by)
        return CompanyTeamPayload(company_key=acting.company_id)

    @customer_mutation(
        description="Put a member or a team below another one, with everything below it; neither below itself, nor the admin. "
        f"{_NEEDS_USERS} Undone by another move."
    )
    async def company_node_move(
        self, info: Info, input: Annotated[CompanyNodeMoveInput, INPUT]
    ) -> CompanyNodeMovePayload:
        key, above = parse_node_id(input.node_id, ["nodeId"]), parse_node_id(input.parent_id, ["parentId"])
        async with change_company_of_viewer(info, input.company_id, _USERS) as (connection, acting, by):
            await structure.move_node(connection, acting, key, above, by=by)
        return CompanyNodeMovePayload(company_key=acting.company_id, node_key=key)


@strawberry.type
class CompanyUserMutation:
    @customer_mutation(
        in_person=True,
        description="Change a membership: job title, telephone, role and whether it is active; and the name of an account that "
        "was created for the company and belongs to no other. Nobody gives a role that allows more than their own, or reactivates a member with one, and only the "
        f"admin changes the admin's membership. {_NEEDS_USERS} Undone by another update.",
    )
    async def company_user_update(
        self, info: Info, input: Annotated[CompanyUserUpdateInput, INPUT]
    ) -> CompanyUserPayload:
        member, given = parse_member_id(input.id, ["id"]), input.edits()
        if "roleId" in given:
            given["roleId"] = parse_input_id(given["roleId"], "crl", ["roleId"])
        change = change_company_of_viewer(info, input.company_id, _USERS, about=[member[0]])
        async with change as (connection, acting, by):
            await users.update_user(connection, acting, member, given, by=by)
        return CompanyUserPayload(company_key=acting.company_id, member_key=member)

    @customer_mutation(
        exclusive=True,
        in_person=True,
        description="End a membership, but neither the admin's nor one's own. An account that was created for the company and "
        "belongs to no other becomes inactive. Members below this one move up. "
        f"{_NEEDS_USERS} Cannot be undone.",
    )
    async def company_user_remove(self, info: Info, input: Annotated[CompanyUserInput, INPUT]) -> CompanyUserPayload:
        member = parse_member_id(input.id, ["id"])
        change = change_company_of_viewer(info, input.company_id, _USERS, about=[member[0]])
        async with change as (connection, acting, by):
            await users.remove_user(connection, acting, member, by=by)
        return CompanyUserPayload(company_key=acting.company_id)

    @customer_mutation(
        description="Make a company the primary one, which decides the customer group. The company and the membership have to be "
        "active. Writes history. Undone by another selection."
    )
    async def company_select(self, info: Info, input: Annotated[CompanySelectInput, INPUT]) -> OwnCompanyPayload:
        async with change_company_of_viewer(info, input.company_id) as (connection, acting, by):
            await users.select_company(connection, acting, by=by)
        return OwnCompanyPayload(company_key=acting.company_id)


QUERIES: Final = (CompanyQuery,)
MUTATIONS: Final = (CompanyProfileMutation, CompanyRoleMutation, CompanyStructureMutation, CompanyUserMutation)
