import asyncio
import datetime as dt
from typing import Any

import orjson
import strawberry
from strawberry.scalars import JSON

from customer_gql.core.ids import encode_id
from customer_gql.core.permissions import Permission, known_permissions
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column, loaded
from customer_gql.graph.nodes import Node, node_id, visible_to_nobody
from customer_gql.graph.payloads import Payload
from customer_gql.graph.scalars import graph_enum
from customer_gql.shop.websites.reads import websites_by_id
from customer_gql.shop.websites.types import Website

from . import reads
from .tables import SignedInBy, StaffActor

graph_enum(
    Permission,
    "What staff and services can be allowed to do; a closed list.",
    {permission.name: f"`{permission}`: {permission.description}" for permission in Permission},
    name="StaffPermission",
)
graph_enum(
    SignedInBy,
    "How a session of staff began.",
    {
        "PASSWORD": "With a password, and the second factor when one is on.",
        "OIDC": "At the identity provider.",
        "COMMAND_LINE": "By `customer-gql staff token` on the server.",
    },
    name="StaffSignedInBy",
)
graph_enum(
    StaffActor,
    "What kind of somebody did something on the side of staff.",
    {
        "STAFF": "A staff user.",
        "SERVICE": "A program with a service token.",
        "SYSTEM": "The command line, or the service by itself.",
        "NOBODY": "Somebody who was not signed in.",
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
        description="The role.",
    )
    name: str = column("Unique name, at most 255 characters.")
    version: int = column("Grows with every change; give it back as `expectedVersion` when editing.")

    @strawberry.field(description="What its bearers may do.")
    def permissions(self: Any) -> list[Permission]:
        return known_permissions(self.permissions)

    @strawberry.field(
        graphql_type=list[Website] | None,
        description="The websites whose customers its bearers see and touch; null for all, those made later included.",
    )
    async def websites(self: Any, info: Info) -> Any:
        return await _websites_of_row(self, info)


@strawberry.type(description="Somebody who works in the shop.")
class StaffUser(Node):
    id: strawberry.ID = node_id(
        "stf",
        reads.staff_by_id,
        "id",
        visible=visible_to_nobody,
        permission=Permission.STAFF_MANAGE,
        description="The staff user.",
    )
    email: str = column("Address they sign in with.")
    name: str = column("Name people see.")
    job_title: str | None = column("What they do.")
    role: str = column("Name of their role, a set of permissions.")
    assigned_role: StaffRole = loaded(reads.roles_by_id, key="role_id", description="Their role.")
    is_active: bool = column("May sign in.")
    version: int = column("Grows with every change; give it back as `expectedVersion` when editing.")
    created_at: dt.datetime = column("Staff since.")


@strawberry.type(description="The signed-in staff user, with what only they are told.")
class StaffMe:
    staff_key: strawberry.Private[int]
    is_password_set: bool = column("They have a password; else they come by the identity provider or command line.")
    is_totp_on: bool = column("Signing in with a password asks for a second factor.")
    recovery_codes_left_count: int = column("How many recovery codes were not used yet.")

    @strawberry.field(graphql_type=StaffUser, description="Who they are.")
    async def user(self, info: Info) -> Any:
        return await info.context.load(reads.staff_by_id, self.staff_key)


@strawberry.type(description="A device a staff user is signed in on. Ends 30 minutes after its last use, or by itself.")
class StaffSession:
    @strawberry.field(description="The session, for `staffSessionRevoke`. Starts with `sse_`.")
    def id(self: Any) -> strawberry.ID:
        return strawberry.ID(encode_id("sse", self.id))

    signed_in_by: SignedInBy = column("How it began.")
    created_at: dt.datetime = column("When it began.")
    last_used_at: dt.datetime = column("Last use, to the minute.")
    expires_at: dt.datetime = column("When it ends in any case, 8 hours after it began.")
    address: str | None = column("Network address it began from.")
    user_agent: str | None = column("What the program said it was, at most 255 characters.")

    @strawberry.field(description="The session this very request came with.")
    def is_current(self: Any, info: Info) -> bool:
        return self.token_hash == info.context.viewer.session


@strawberry.type(description="What a program signs in with. The secret itself was shown once and is not stored.")
class ServiceToken(Node):
    id: strawberry.ID = node_id(
        "svt",
        reads.service_tokens_by_id,
        "id",
        visible=visible_to_nobody,
        permission=Permission.STAFF_MANAGE,
        description="The service token.",
    )
    name: str = column("What it is for.")
    created_by_staff: StaffUser = loaded(reads.staff_by_id, key="created_by", description="Who made it.")
    created_at: dt.datetime = column("When it was made.")
    expires_at: dt.datetime = column("When it ends by itself.")
    revoked_at: dt.datetime | None = column("When it was ended for good; null while it was not.")

    @strawberry.field(description="What the program may do.")
    def permissions(self: Any) -> list[Permission]:
        return known_permissions(self.permissions)

    @strawberry.field(
        graphql_type=list[Website] | None, description="The websites whose customers it sees; null for all."
    )
    async def websites(self: Any, info: Info) -> Any:
        return await _websites_of_row(self, info)


@strawberry.type(description="A value before and after.")
class StaffEventChange:
    field: str = column("Which value.")
    before: JSON | None = column("Before; null when there was none.")  # pyright: ignore[reportInvalidTypeForm]
    after: JSON | None = column("After; null when there is none.")  # pyright: ignore[reportInvalidTypeForm]


@strawberry.type(description="Something done on the side of staff. Kept for good, never changed, without secrets.")
class StaffEvent(Node):
    id: strawberry.ID = node_id(
        "sev",
        reads.events_by_id,
        "id",
        visible=visible_to_nobody,
        permission=Permission.STAFF_MANAGE,
        description="The event.",
    )
    created_at: dt.datetime = column("When.")
    kind: str = column("What, as `SIGNED_IN`, `ROLE_CHANGED` or `CONFIGURATION_SET`; the list grows.")
    actor: StaffActor = column("What kind of somebody did it.")
    staff: StaffUser | None = loaded(reads.staff_by_id, key="staff_id", description="The staff user who did it.")
    service: ServiceToken | None = loaded(
        reads.service_tokens_by_id, key="service_id", description="The service token it was done with."
    )
    subject: str | None = column("Id of what it was done to.")
    address: str | None = column("Network address it was done from.")

    @strawberry.field(description="What it changed.")
    def changes(self: Any) -> list[StaffEventChange]:
        pairs = orjson.loads(self.changes).items()
        return [StaffEventChange(field=field, before=before, after=after) for field, (before, after) in pairs]


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
