"""Roles."""

from typing import Annotated, Any, Final

import strawberry

from customer_gql.core.actor import actor_of
from customer_gql.core.input_ids import parse_input_id
from customer_gql.core.permissions import Permission
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.payloads import EXPECTED_VERSION, Payload
from customer_gql.graph.roots import INPUT, admin_field, admin_mutation
from customer_gql.staff import reads
from customer_gql.staff.sign_in import confirmation
from customer_gql.staff.tables import staff_role
from customer_gql.staff.types import StaffRole, StaffRolePayload

from . import writes

_PASSWORD_DESCRIPTION = "Your own password, at most 256 characters; needed when you have one."  # noqa: S105 - a description


@strawberry.input(description="A new role.")
class StaffRoleCreateInput:
    name: str = column("Unique name, at most 255 characters.")
    permissions: list[Permission] = column("Permissions of the role; each of them your own role has too.")
    website_ids: list[strawberry.ID] | None = column(
        "Websites of the role, at most 100; null for all, if your own role has all."
    )
    password: str | None = strawberry.field(description=_PASSWORD_DESCRIPTION, default=None)


@strawberry.input(description="Changes of a role. What is left out keeps its value.")
class StaffRoleUpdateInput:
    id: strawberry.ID = column("Id of the role.")
    name: strawberry.Maybe[str] = column("Unique name, at most 255 characters.")
    permissions: strawberry.Maybe[list[Permission]] = column(
        "Permissions of the role; each of them your own role has too."
    )
    website_ids: strawberry.Maybe[list[strawberry.ID] | None] = column(
        "Websites of the role, at most 100; null for all."
    )
    expected_version: int | None = strawberry.field(description=EXPECTED_VERSION, default=None)
    password: str | None = strawberry.field(description=_PASSWORD_DESCRIPTION, default=None)


@strawberry.input(description="Role to delete.")
class StaffRoleDeleteInput:
    id: strawberry.ID = column("Id of the role, which no staff user may have.")
    password: str | None = strawberry.field(description=_PASSWORD_DESCRIPTION, default=None)


@strawberry.type(description="Result of creating a role.")
class StaffRoleCreatePayload(StaffRolePayload):
    pass


@strawberry.type(description="Result of updating a role.")
class StaffRoleUpdatePayload(StaffRolePayload):
    pass


@strawberry.type(description="Result of deleting a role.")
class StaffRoleDeletePayload(Payload):
    deleted_id: strawberry.ID | None = strawberry.field(description="The role that was deleted.", default=None)


@strawberry.type
class StaffRoleAdminQuery:
    @admin_field(
        permission=Permission.STAFF_MANAGE,
        graphql_type=list[StaffRole],
        assumed=20,
        description="Roles by name, at most 100: those that reach no website beyond the viewer's own.",
    )
    async def staff_roles(self, info: Info) -> list[Any]:
        known = reads.visible_within(staff_role.c.website_ids, info.context.viewer.website_ids)
        return await info.context.fetch(reads.ROLES.where(*known))


@strawberry.type
class StaffRoleAdminMutation:
    @admin_mutation(
        hashes=1,
        permission=Permission.STAFF_MANAGE,
        exclusive=True,
        description="Create a role that allows no more than the caller's own. Asks for the caller's own password. "
        "Writes the history of staff. Undone by `staffRoleDelete`.",
    )
    async def staff_role_create(
        self, info: Info, input: Annotated[StaffRoleCreateInput, INPUT]
    ) -> StaffRoleCreatePayload:
        await confirmation.reauthenticate_staff(info.context, input.password)
        async with info.context.transaction() as connection:
            role_id = await writes.create_role(
                connection,
                name=input.name,
                permissions=[permission.value for permission in input.permissions],
                website_ids=input.website_ids,
                by=actor_of(info.context.viewer),
            )
        return StaffRoleCreatePayload(role_key=role_id)

    @admin_mutation(
        hashes=1,
        permission=Permission.STAFF_MANAGE,
        exclusive=True,
        description="Change a role that allows no more than the caller's own, before and after. Applies to "
        "its users from their next request on. Asks for the caller's own password. Refused when no active "
        "administrator would be left, and when one's own role would lose `staff.manage` or a website. Writes the "
        "history of staff.",
    )
    async def staff_role_update(
        self, info: Info, input: Annotated[StaffRoleUpdateInput, INPUT]
    ) -> StaffRoleUpdatePayload:
        role_id, edits = parse_input_id(input.id, "rol", ["id"]), _role_edits(input)
        await confirmation.reauthenticate_staff(info.context, input.password)
        async with info.context.transaction() as connection:
            await writes.change_role(
                connection, role_id, expected_version=input.expected_version, by=actor_of(info.context.viewer), **edits
            )
        return StaffRoleUpdatePayload(role_key=role_id)

    @admin_mutation(
        hashes=1,
        permission=Permission.STAFF_MANAGE,
        exclusive=True,
        description="Delete a role that no user has and that allows no more than the caller's own. Asks for the "
        "caller's own password. Writes the history of staff. Cannot be undone; create it again.",
    )
    async def staff_role_delete(
        self, info: Info, input: Annotated[StaffRoleDeleteInput, INPUT]
    ) -> StaffRoleDeletePayload:
        role_id = parse_input_id(input.id, "rol", ["id"])
        await confirmation.reauthenticate_staff(info.context, input.password)
        async with info.context.transaction() as connection:
            await writes.delete_role(connection, role_id, by=actor_of(info.context.viewer))
        return StaffRoleDeletePayload(deleted_id=input.id)


def _role_edits(input: StaffRoleUpdateInput) -> dict[str, Any]:
    edits: dict[str, Any] = {}
    if input.name is not None:
        edits["name"] = input.name.value
    if input.website_ids is not None:
        edits["website_ids"] = input.website_ids.value
    if input.permissions is not None:
        edits["permissions"] = [permission.value for permission in input.permissions.value]
    return edits


ADMIN_QUERIES: Final = (StaffRoleAdminQuery,)
ADMIN_MUTATIONS: Final = (StaffRoleAdminMutation,)
