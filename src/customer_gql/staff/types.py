import asyncio
import datetime as dt
from typing import Any, Final

import strawberry

from customer_gql.core.ids import encode_id
from customer_gql.core.permissions import Permission, known_permissions
from customer_gql.core.viewer import Viewer
from customer_gql.graph.access.guards import OwnRecord, guarded_type
from customer_gql.graph.context import Info
from customer_gql.graph.cookies import SessionTransport
from customer_gql.graph.fields import column, loaded
from customer_gql.graph.grids.types import build_grid_types, show_grid_row
from customer_gql.graph.nodes import Node, node_id, visible_to_nobody
from customer_gql.graph.payloads import Payload
from customer_gql.graph.scalars import graph_enum
from customer_gql.shop.websites.reads import websites_by_id
from customer_gql.shop.websites.types import Website

from . import reads
from .filters import STAFF_USERS
from .tables import SignedInBy

graph_enum(
    Permission,
    "Permissions of staff and services; a closed list.",
    {permission.name: f"`{permission}`: {permission.description}" for permission in Permission},
    name="StaffPermission",
)


graph_enum(
    SignedInBy,
    "Way in which a session of staff began.",
    {
        "PASSWORD": "With a password, and the second factor when one is on.",
        "OIDC": "At the identity provider.",
        "COMMAND_LINE": "By `customer-gql staff token` on the server.",
    },
    name="StaffSignedInBy",
)
graph_enum(
    SessionTransport,
    "Place where a client keeps its session.",
    {
        "TOKEN": "As a token of the answer, sent as `Authorization: Bearer …`.",
        "COOKIE": "As a cookie of the browser that no script can read; the answer has no token. Only pages of the same "
        "origin can use it, with POST.",
    },
)


async def _websites_of_row(row: Any, info: Info) -> list[Any] | None:
    if row.website_ids is None:
        return None
    return list(await asyncio.gather(*[info.context.load(websites_by_id, id) for id in row.website_ids]))


@strawberry.type(description="A set of permissions, for some websites or all. At most 100 roles.")
class StaffRole(Node):
    id: strawberry.ID = node_id(
        "rol",
        reads.roles_by_id,
        "id",
        visible=visible_to_nobody,
        permission=Permission.STAFF_MANAGE,
        description="Id of the role.",
    )
    name: str = column("Unique name, at most 255 characters.")
    version: int = column("Version, which increases with every change. Pass it as `expectedVersion` in an edit.")

    @strawberry.field(description="Permissions of the role.")
    def permissions(self: Any) -> list[Permission]:
        return known_permissions(self.permissions)

    @strawberry.field(
        graphql_type=list[Website] | None,
        description="Websites whose customers users of the role see and change; null for all, including future ones.",
    )
    async def websites(self: Any, info: Info) -> Any:
        return await _websites_of_row(self, info)


def _is_within_websites(user: Any, viewer: Viewer) -> bool:
    """Whether the user's role reaches no website beyond the viewer's."""
    own = viewer.website_ids
    return own is None or (user.website_ids is not None and own.issuperset(user.website_ids))


@guarded_type(
    requires=Permission.STAFF_MANAGE,
    open_fields=("id", "name"),
    reaches=_is_within_websites,
    description="A person who works in the shop.",
)
class StaffUser(Node):
    id: strawberry.ID = node_id(
        "stf",
        reads.staff_by_id,
        "id",
        visible=visible_to_nobody,
        permission=Permission.STAFF_MANAGE,
        description="Id of the staff user.",
    )
    email: str | None = column("Address the user signs in with.")
    name: str = column("Display name.")
    job_title: str | None = column("Job title.")
    role: str | None = column("Name of the role of the user.")
    assigned_role: StaffRole | None = loaded(reads.roles_by_id, key="role_id", description="Role of the user.")
    is_active: bool | None = column("Whether the user may sign in.")
    version: int | None = column("Version, which increases with every change. Pass it as `expectedVersion` in an edit.")
    created_at: dt.datetime | None = column("Time at which the user was created.")


STAFF_USER_GRID: Final = build_grid_types(
    STAFF_USERS, node="StaffUser", of=StaffUser, shows={"StaffUser": StaffUser}, permission=Permission.STAFF_MANAGE
)
GRIDS: Final = (STAFF_USER_GRID,)
show_grid_row(STAFF_USER_GRID, StaffUser, "Row of the user in the list of staff users.")


@strawberry.type(description="The staff user who takes a customer's orders, as business partners know them.")
class SalesRepresentative:
    name: str = column("Display name.")
    email: str = column("Work e-mail address.")


@strawberry.type(description="The signed-in staff user, with private details.")
class StaffMe:
    staff_key: strawberry.Private[int]
    is_password_set: bool = column("Whether there is a password; otherwise the user signs in at the identity provider.")
    is_totp_on: bool = column("Whether signing in with a password requires a second factor.")
    recovery_codes_left_count: int = column("Number of unused recovery codes.")

    @strawberry.field(graphql_type=StaffUser, description="Id of the staff user.")
    async def user(self, info: Info) -> Any:
        return OwnRecord(await info.context.load(reads.staff_by_id, self.staff_key))


@strawberry.type(
    description="A device a staff user is signed in on. Ends `staff.session_idle_minutes` after its last use, or by itself."
)
class StaffSession:
    @strawberry.field(description="Id of the session, for `staffSessionRevoke`. Starts with `sse_`.")
    def id(self: Any) -> strawberry.ID:
        return strawberry.ID(encode_id("sse", self.id))

    signed_in_by: SignedInBy = column("Way in which the session began.")
    created_at: dt.datetime = column("Time at which the session began.")
    last_used_at: dt.datetime = column("Time of the last use, to the minute.")
    expires_at: dt.datetime = column("Time at which the session ends in any case, 8 hours after it began.")
    address: str | None = column("Network address the session began from.")
    user_agent: str | None = column("`User-Agent` of the program, cut at 255 characters.")

    @strawberry.field(description="Whether this request belongs to the session.")
    def is_current(self: Any, info: Info) -> bool:
        return self.token_hash == info.context.viewer.session


@strawberry.type(description="An invitation that was mailed to a staff user and still works. A user has one at most.")
class StaffInvitation:
    @strawberry.field(description="Id of the invitation, for `staffInvitationWithdraw`. Starts with `siv_`.")
    def id(self: Any) -> strawberry.ID:
        return strawberry.ID(encode_id("siv", self.staff_id))

    staff_user: StaffUser = loaded(reads.staff_by_id, key="staff_id", description="Staff user who is invited.")
    created_at: dt.datetime = column("Time at which the newest link was mailed.")
    expires_at: dt.datetime = column("Time at which the link stops working.")


@strawberry.type(description="A token that a program signs in with. Its secret is shown only once and not stored.")
class ServiceToken(Node):
    id: strawberry.ID = node_id(
        "svt",
        reads.service_tokens_by_id,
        "id",
        visible=visible_to_nobody,
        permission=Permission.STAFF_MANAGE,
        description="Id of the service token.",
    )
    name: str = column("Purpose of the token.")
    created_by_staff: StaffUser = loaded(
        reads.staff_by_id, key="created_by", description="Staff user who created the token."
    )
    created_at: dt.datetime = column("Time at which the token was created.")
    expires_at: dt.datetime = column("Time at which the token ends by itself.")
    revoked_at: dt.datetime | None = column("Time at which the token was revoked; null if it was not.")
    rate: int | None = column(
        "Cost per second that the token may use, as `limits` counts it; null for the rate of the endpoint."
    )

    @strawberry.field(description="Permissions of the token.")
    def permissions(self: Any) -> list[Permission]:
        return known_permissions(self.permissions)

    @strawberry.field(
        graphql_type=list[Website] | None, description="Websites whose customers the program sees; null for all."
    )
    async def websites(self: Any, info: Info) -> Any:
        return await _websites_of_row(self, info)


@strawberry.type
class StaffUserPayload(Payload):
    """A payload about one staff user, read after the commit."""

    staff_key: strawberry.Private[int | None] = None

    @strawberry.field(graphql_type=StaffUser | None, description="The staff user as stored now; null when refused.")
    async def staff_user(self, info: Info) -> Any:
        return None if self.staff_key is None else await info.context.load(reads.staff_by_id, self.staff_key)


@strawberry.type
class StaffRolePayload(Payload):
    """A payload about one role, read after the commit."""

    role_key: strawberry.Private[int | None] = None

    @strawberry.field(graphql_type=StaffRole | None, description="The role as stored now; null when refused.")
    async def role(self, info: Info) -> Any:
        return None if self.role_key is None else await info.context.load(reads.roles_by_id, self.role_key)


@strawberry.type
class ServiceTokenPayload(Payload):
    """A payload about one service token, read after the commit."""

    token_key: strawberry.Private[int | None] = None

    @strawberry.field(graphql_type=ServiceToken | None, description="The token as stored now; null when refused.")
    async def service_token(self, info: Info) -> Any:
        return None if self.token_key is None else await info.context.load(reads.service_tokens_by_id, self.token_key)
