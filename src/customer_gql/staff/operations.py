"""Staff users."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, Final

import strawberry

from customer_gql.core.actor import actor_of
from customer_gql.core.errors import Refusal, UserErrorCode, validate_together
from customer_gql.core.input_ids import parse_input_id
from customer_gql.core.permissions import Permission
from customer_gql.core.text import validate_line
from customer_gql.core.values.emails import validate_email
from customer_gql.core.values.person_names import MAX_NAME, validate_person_name
from customer_gql.graph.connections import After, Before, Connection, First, Last, make_window
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.grids.types import grid_field
from customer_gql.graph.payloads import EXPECTED_VERSION
from customer_gql.graph.roots import INPUT, admin_field, admin_mutation
from customer_gql.staff.sign_in import links, passwords

from . import reads, writes
from .tables import staff_role
from .types import STAFF_USER_GRID, StaffInvitation, StaffUserPayload

_STAFF_DEACTIVATED: Final = Refusal(
    "staff.deactivated", "The account of this staff user is deactivated. Activate it first.", UserErrorCode.NOT_ALLOWED
)
_INVITATION_NOT_FOUND: Final = Refusal(
    "staff_invitation.not_found",
    "There is no such invitation. It may have been used or withdrawn.",
    UserErrorCode.NOT_FOUND,
)


@strawberry.input(description="A new staff user.")
class StaffCreateInput:
    email: str = column("Address to sign in with, at most 254 characters; no other staff user's.")
    name: str = column("Display name, at most 255 characters.")
    role_id: strawberry.ID = column("Id of the role of the user; it allows no more than your own.")
    job_title: str | None = strawberry.field(description="Job title, at most 255 characters.", default=None)


@strawberry.input(description="Changes of a staff user. What is left out keeps its value.")
class StaffUpdateInput:
    id: strawberry.ID = column("Id of the staff user.")
    name: strawberry.Maybe[str] = column("Display name, at most 255 characters.")
    job_title: strawberry.Maybe[str | None] = column("Job title, at most 255 characters; null clears.")
    role_id: strawberry.Maybe[strawberry.ID] = column("Id of the role of the user; not your own.")
    expected_version: int | None = strawberry.field(description=EXPECTED_VERSION, default=None)


@strawberry.input(description="Staff user to act on.")
class StaffUserInput:
    id: strawberry.ID = column("Id of the staff user.")


@strawberry.type(description="Result of creating a staff user.")
class StaffCreatePayload(StaffUserPayload):
    pass


@strawberry.type(description="Result of updating a staff user.")
class StaffUpdatePayload(StaffUserPayload):
    pass


@strawberry.type(description="Result of activating a staff user.")
class StaffActivatePayload(StaffUserPayload):
    pass


@strawberry.type(description="Result of deactivating a staff user.")
class StaffDeactivatePayload(StaffUserPayload):
    ended_session_count: int = strawberry.field(description="Number of sessions that ended.", default=0)


@strawberry.type(description="Result of ending every session of a staff user.")
class StaffForceSignInPayload(StaffUserPayload):
    ended_session_count: int = strawberry.field(description="Number of sessions that ended.", default=0)


@strawberry.type(description="Result of inviting a staff user. Only the recipient of the mail sees the link.")
class StaffInvitePayload(StaffUserPayload):
    pass


@strawberry.input(description="Invitation to withdraw.")
class StaffInvitationWithdrawInput:
    id: strawberry.ID = column("Id of the invitation.")


@strawberry.type(description="Result of withdrawing an invitation.")
class StaffInvitationWithdrawPayload(StaffUserPayload):
    withdrawn_id: strawberry.ID | None = strawberry.field(description="The invitation that ended.", default=None)


@strawberry.type
class StaffAdminQuery:
    staff_users: STAFF_USER_GRID.connection | None = grid_field(  # pyright: ignore
        STAFF_USER_GRID,
        description="Staff users, a grid with filter, search, sort and facets: those whose role reaches no website beyond the "
        "viewer's own.",
    )

    @admin_field(
        permission=Permission.STAFF_MANAGE,
        graphql_type=Connection[StaffInvitation],
        description="Invitations that still work, newest first, in pages: those of users whose role reaches no website "
        "beyond the viewer's own.",
    )
    async def staff_invitations(
        self,
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        known = reads.visible_within(staff_role.c.website_ids, info.context.viewer.website_ids)
        window = make_window(first, after, last, before)
        return await reads.invitation_list.page(info.context, window, "NEWEST", known)


@strawberry.type
class StaffAdminMutation:
    @admin_mutation(
        permission=Permission.STAFF_MANAGE,
        exclusive=True,
        description="Create a staff user with a role that allows no more than the caller's own. They cannot sign in "
        "before they followed an invitation. Writes the history of staff. Undone by `staffDeactivate`.",
    )
    async def staff_create(self, info: Info, input: Annotated[StaffCreateInput, INPUT]) -> StaffCreatePayload:
        person = validate_together(
            {
                "role_id": partial(parse_input_id, input.role_id, "rol", ["roleId"]),
                "email": partial(validate_email, input.email),
                "name": partial(validate_person_name, input.name, ["name"], required=True),
                "job_title": partial(_validate_job_title, input.job_title),
            }
        )
        async with info.context.transaction() as connection:
            created = await writes.add_staff_user(connection, **person, by=actor_of(info.context.viewer))
        return StaffCreatePayload(staff_key=created)

    @admin_mutation(
        permission=Permission.STAFF_MANAGE,
        exclusive=True,
        description="Change a staff user who has no more rights than the caller. A new role applies from their next request "
        "on; one's own role is refused, and the last active administrator keeps theirs. Writes the history of staff.",
    )
    async def staff_update(self, info: Info, input: Annotated[StaffUpdateInput, INPUT]) -> StaffUpdatePayload:
        staff_id, edits = parse_input_id(input.id, "stf", ["id"]), _staff_edits(input)
        async with info.context.transaction() as connection:
            await writes.change_staff_user(
                connection, staff_id, edits, expected_version=input.expected_version, by=actor_of(info.context.viewer)
            )
        return StaffUpdatePayload(staff_key=staff_id)

    @admin_mutation(
        permission=Permission.STAFF_MANAGE,
        exclusive=True,
        description="Let a staff user sign in again. Sessions do not come back. Writes the history of staff.",
    )
    async def staff_activate(self, info: Info, input: Annotated[StaffUserInput, INPUT]) -> StaffActivatePayload:
        staff_id = parse_input_id(input.id, "stf", ["id"])
        async with info.context.transaction() as connection:
            await writes.activate_staff_user(connection, staff_id, by=actor_of(info.context.viewer))
        return StaffActivatePayload(staff_key=staff_id)

    @admin_mutation(
        permission=Permission.STAFF_MANAGE,
        exclusive=True,
        description="Close the account of a staff user who has no more rights than the caller; every session, "
        "invitation and reset link ends at once. Refused for oneself and for the last active administrator. Writes the history of staff. Undone by "
        "`staffActivate`.",
    )
    async def staff_deactivate(self, info: Info, input: Annotated[StaffUserInput, INPUT]) -> StaffDeactivatePayload:
        staff_id = parse_input_id(input.id, "stf", ["id"])
        async with info.context.transaction() as connection:
            ended = await writes.deactivate_staff_user(connection, staff_id, by=actor_of(info.context.viewer))
        return StaffDeactivatePayload(staff_key=staff_id, ended_session_count=ended)

    @admin_mutation(
        permission=Permission.STAFF_MANAGE,
        exclusive=True,
        description="End every session, invitation and reset link of a staff user who has no more rights than the caller, at "
        "once, and forget their known devices, as when a device was lost. The account stays open and its password "
        "works. Writes the history of staff. Cannot be undone.",
    )
    async def staff_force_sign_in(self, info: Info, input: Annotated[StaffUserInput, INPUT]) -> StaffForceSignInPayload:
        staff_id = parse_input_id(input.id, "stf", ["id"])
        async with info.context.transaction() as connection:
            ended = await writes.force_staff_sign_in(connection, staff_id, by=actor_of(info.context.viewer))
        return StaffForceSignInPayload(staff_key=staff_id, ended_session_count=ended)

    @admin_mutation(
        permission=Permission.STAFF_MANAGE,
        exclusive=True,
        description="Mail a staff user who has no more rights than the caller a link to choose a password, the first or a "
        "new one. It works once, for 24 hours, and only the newest does; only the recipient sees it. The old "
        "password works until then. Writes the history of staff. Undone by `staffInvitationWithdraw`.",
    )
    async def staff_invite(self, info: Info, input: Annotated[StaffUserInput, INPUT]) -> StaffInvitePayload:
        passwords.require_passwords(info.context.settings)
        staff_id = parse_input_id(input.id, "stf", ["id"])
        async with info.context.transaction() as connection:
            user = await writes.lock_manageable_user(connection, staff_id, by=actor_of(info.context.viewer))
            if not user.is_active:
                raise _STAFF_DEACTIVATED(path=["id"])
            await links.invite_staff_user(connection, user, by=actor_of(info.context.viewer))
        return StaffInvitePayload(staff_key=staff_id)

    @admin_mutation(
        permission=Permission.STAFF_MANAGE,
        exclusive=True,
        description="End the invitation of a staff user who has no more rights than the caller; its link stops working at "
        "once. Writes the history of staff. Undone by `staffInvite`, which mails another link.",
    )
    async def staff_invitation_withdraw(
        self, info: Info, input: Annotated[StaffInvitationWithdrawInput, INPUT]
    ) -> StaffInvitationWithdrawPayload:
        staff_id, by = parse_input_id(input.id, "siv", ["id"]), actor_of(info.context.viewer)
        async with info.context.transaction() as connection:
            user = await writes.lock_manageable_user(connection, staff_id, by=by, unknown=_INVITATION_NOT_FOUND)
            if not await links.withdraw_invitation(connection, user, by=by):
                raise _INVITATION_NOT_FOUND(path=["id"])
        return StaffInvitationWithdrawPayload(staff_key=staff_id, withdrawn_id=input.id)


def _validate_job_title(given: str | None) -> str | None:
    return validate_line(given, ["jobTitle"], MAX_NAME)


def _staff_edits(input: StaffUpdateInput) -> dict[str, Any]:
    rules: dict[str, Callable[[], Any]] = {}
    if input.name is not None:
        rules["name"] = partial(validate_person_name, input.name.value, ["name"], required=True)
    if input.job_title is not None:
        rules["job_title"] = partial(_validate_job_title, input.job_title.value)
    if input.role_id is not None:
        rules["role_id"] = partial(parse_input_id, input.role_id.value, "rol", ["roleId"])
    return validate_together(rules)


ADMIN_QUERIES: Final = (StaffAdminQuery,)
ADMIN_MUTATIONS: Final = (StaffAdminMutation,)
