import datetime as dt
from typing import Annotated, Any, Final

import strawberry

from customer_gql.core.actor import actor_of
from customer_gql.core.input_ids import parse_input_id
from customer_gql.core.permissions import Permission
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.roots import INPUT, admin_field, admin_mutation
from customer_gql.staff import reads
from customer_gql.staff.tables import service_token
from customer_gql.staff.types import ServiceToken, ServiceTokenPayload

from . import writes
from .rates import MAX_RATE, MIN_RATE


@strawberry.input(description="A new service token.")
class ServiceTokenCreateInput:
    name: str = column("Purpose of the token, at most 255 characters.")
    permissions: list[Permission] = column(
        "Permissions of the token; each of them your own role has too, and never STAFF_MANAGE."
    )
    website_ids: list[strawberry.ID] | None = column(
        "Its websites, at most 100; null for all, if your own role has all."
    )
    expires_at: dt.datetime = column("Time at which the token ends, at most 366 days from now.")
    rate: int | None = strawberry.field(
        description=f"Cost per second that the token may use, {MIN_RATE} to {MAX_RATE}; null for the rate of the endpoint "
        "(`limits { cost { perSecond } }`). More than that needs `staff.manage` for all websites.",
        default=None,
    )


@strawberry.input(description="Service token to give a new secret.")
class ServiceTokenRotateInput:
    id: strawberry.ID = column("Id of the service token.")
    overlap_minutes: int = strawberry.field(
        description="Minutes for which the previous secret still works, 0 to 1440.", default=0
    )


@strawberry.input(description="Service token to end.")
class ServiceTokenRevokeInput:
    id: strawberry.ID = column("Id of the service token.")


@strawberry.type(description="A new service token.")
class ServiceTokenCreatePayload(ServiceTokenPayload):
    token: str | None = strawberry.field(
        description="The secret, for `Authorization: Bearer …`. Shown only once; null when refused.", default=None
    )


@strawberry.type(description="A service token with a new secret.")
class ServiceTokenRotatePayload(ServiceTokenPayload):
    token: str | None = strawberry.field(
        description="The new secret, for `Authorization: Bearer …`. Shown only once; null when refused.", default=None
    )


@strawberry.type(description="Result of revoking a service token.")
class ServiceTokenRevokePayload(ServiceTokenPayload):
    pass


@strawberry.type
class ServiceTokenAdminQuery:
    @admin_field(
        permission=Permission.STAFF_MANAGE,
        graphql_type=list[ServiceToken],
        assumed=50,
        description="The newest 100 service tokens, ended ones too: those that reach no website beyond the viewer's own.",
    )
    async def service_tokens(self, info: Info) -> list[Any]:
        known = reads.visible_within(service_token.c.website_ids, info.context.viewer.website_ids)
        return await info.context.fetch(reads.SERVICE_TOKENS.where(*known).limit(100))


@strawberry.type
class ServiceTokenAdminMutation:
    @admin_mutation(
        permission=Permission.STAFF_MANAGE,
        exclusive=True,
        description="Create a token for a program, with no more permissions and websites than the caller's own. It keeps "
        "working when the staff user who created it leaves. Writes the history of staff. Undone by `serviceTokenRevoke`.",
    )
    async def service_token_create(
        self, info: Info, input: Annotated[ServiceTokenCreateInput, INPUT]
    ) -> ServiceTokenCreatePayload:
        async with info.context.transaction() as connection:
            id, secret = await writes.create_service_token(
                connection,
                name=input.name,
                permissions=[permission.value for permission in input.permissions],
                website_ids=input.website_ids,
                expires_at=input.expires_at,
                rate=input.rate,
                usual_rate=info.context.settings.admin.rate,
                by=actor_of(info.context.viewer),
            )
        return ServiceTokenCreatePayload(token_key=id, token=secret)

    @admin_mutation(
        permission=Permission.STAFF_MANAGE,
        exclusive=True,
        description="Give a service token that allows no more than the caller's own role a new secret; the one until "
        "now ends at once or after the overlap, older ones at once. Writes the history of staff. Cannot be undone.",
    )
    async def service_token_rotate(
        self, info: Info, input: Annotated[ServiceTokenRotateInput, INPUT]
    ) -> ServiceTokenRotatePayload:
        id, overlap = parse_input_id(input.id, "svt", ["id"]), dt.timedelta(minutes=input.overlap_minutes)
        async with info.context.transaction() as connection:
            secret = await writes.rotate_service_token(
                connection, id, overlap=overlap, by=actor_of(info.context.viewer)
            )
        return ServiceTokenRotatePayload(token_key=id, token=secret)

    @admin_mutation(
        permission=Permission.STAFF_MANAGE,
        exclusive=True,
        description="End a service token that allows no more than the caller's own role, at once and permanently. Writes "
        "the history of staff. Cannot be undone.",
    )
    async def service_token_revoke(
        self, info: Info, input: Annotated[ServiceTokenRevokeInput, INPUT]
    ) -> ServiceTokenRevokePayload:
        id = parse_input_id(input.id, "svt", ["id"])
        async with info.context.transaction() as connection:
            await writes.revoke_service_token(connection, id, by=actor_of(info.context.viewer))
        return ServiceTokenRevokePayload(token_key=id)


ADMIN_QUERIES: Final = (ServiceTokenAdminQuery,)
ADMIN_MUTATIONS: Final = (ServiceTokenAdminMutation,)
