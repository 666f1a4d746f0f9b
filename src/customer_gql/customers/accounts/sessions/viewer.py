"""`viewer`: who a request comes from, on both endpoints (docs/domain/sessions.md#sessions-10)."""

import asyncio
import datetime as dt
from typing import Any

import strawberry

from customer_gql.core.permissions import Permission, known_permissions
from customer_gql.core.viewer import ViewerKind
from customer_gql.customers.accounts.reads import impersonators_by_id
from customer_gql.customers.profile.reads import customers_by_id
from customer_gql.customers.profile.types import CustomerLink
from customer_gql.graph.access.guards import OwnRecord
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column, loaded
from customer_gql.graph.roots import ADMIN, open_field
from customer_gql.graph.scalars import graph_enum
from customer_gql.shop.websites.reads import websites_by_id
from customer_gql.shop.websites.types import Website
from customer_gql.staff.reads import service_tokens_by_id, staff_by_id
from customer_gql.staff.types import ServiceToken, StaffUser

graph_enum(
    ViewerKind,
    "Kind of caller.",
    {
        "GUEST": "A caller without a token, or with one that has ended.",
        "CUSTOMER": "A signed-in customer, or a staff user signed in as one.",
        "STAFF": "A signed-in staff user.",
        "SERVICE": "A program with a service token.",
    },
)


@strawberry.type(description="A staff user who is signed in as the customer at this moment.")
class ViewerImpersonation:
    staff_name: str = column("Name of the staff user.")
    reason: str = column("Reason, in the words of the staff user.", personal=True)
    expires_at: dt.datetime = column("Time at which the impersonation ends by itself.")


@strawberry.type(name="Viewer", description="The caller of this request.")
class ViewerType:
    kind: ViewerKind = column("Kind of caller.")
    customer: CustomerLink | None = loaded(
        customers_by_id, key="customer_id", description="The signed-in customer; null for others."
    )
    session_expires_at: dt.datetime | None = strawberry.field(
        resolver=lambda root: root.session_ends_at,
        description="Time at which the access token ends if it is not used again; null for a guest. Using it moves the "
        "end, except a document that asks only `viewer` and a request with the header `X-Background: 1`.",
    )
    service_token: ServiceToken | None = loaded(
        service_tokens_by_id, key="service_id", description="The service token; null for others.", admin=True
    )

    @strawberry.field(
        graphql_type=StaffUser | None, description="The signed-in staff user; null for others.", metadata=ADMIN
    )
    async def staff(self: Any, info: Info) -> Any:
        row = None if self.staff_id is None else await info.context.load(staff_by_id, self.staff_id)
        return row and OwnRecord(row)

    @strawberry.field(
        graphql_type=ViewerImpersonation | None,
        description="The staff user who acts as the customer; null when the customer acts in person.",
    )
    async def impersonation(self: Any, info: Info) -> Any:
        if not self.is_impersonated:
            return None
        return await info.context.load(impersonators_by_id, (self.customer_id, self.session_id))

    @strawberry.field(
        graphql_type=list[Permission], description="Permissions of the caller; empty for a guest.", metadata=ADMIN
    )
    def permissions(self: Any) -> Any:
        return known_permissions(self.permissions)

    @strawberry.field(
        graphql_type=list[Website] | None,
        description="Websites whose customers the caller reaches; null for all, empty for a guest.",
        metadata=ADMIN,
    )
    async def websites(self: Any, info: Info) -> Any:
        if not self.is_staff_or_service:
            return []
        if self.website_ids is None:
            return None
        return await asyncio.gather(*[info.context.load(websites_by_id, id) for id in sorted(self.website_ids)])


@strawberry.type
class ViewerQuery:
    @open_field(
        graphql_type=ViewerType,
        description="The caller of this request. A document that asks for nothing else does not prolong the session.",
    )
    async def viewer(self, info: Info) -> Any:
        return info.context.viewer
