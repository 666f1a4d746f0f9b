"""`limits`: what a client may ask for, told by the service itself."""

from typing import Any

import strawberry

from customer_gql.core.permissions import Permission
from customer_gql.core.viewer import ViewerKind
from customer_gql.graph.context import Info
from customer_gql.graph.roots import admin_field
from customer_gql.loading.pages import DEFAULT_PAGE, MAX_PAGE


@strawberry.type(description="Cost is fields times page sizes: each field counts once for each node it may stand in.")
class CostLimit:
    requested: int = strawberry.field(description="What the document that asks this may cost.")
    limit: int = strawberry.field(description="What one document may cost.")
    burst: int = strawberry.field(description="What may be asked in one go, over several requests.")
    per_second: int = strawberry.field(description="How fast that comes back, for the caller who asks this.")


@strawberry.type(
    description="The limits of this endpoint. Fields, aliases and directives of a fragment count wherever it is spread."
)
class Limits:
    cost: CostLimit = strawberry.field(description="Cost of documents.")
    tokens: int = strawberry.field(description="Words and signs of a document, comments included.")
    depth: int = strawberry.field(description="Fields inside fields.")
    fields: int = strawberry.field(description="Fields of a document.")
    aliases: int = strawberry.field(description="Renamed fields of a document.")
    directives: int = strawberry.field(description="Directives of a document.")
    mutations: int = strawberry.field(description="Root fields of a mutation; some have to stand alone.")
    body_bytes: int = strawberry.field(description="Size of a request's body.")
    default_page_size: int = strawberry.field(
        description="Nodes of a page when no size is given.", default=DEFAULT_PAGE
    )
    max_page_size: int = strawberry.field(description="Nodes of the largest page.", default=MAX_PAGE)


@strawberry.type
class LimitsQuery:
    @strawberry.field(description="What this endpoint takes. Anybody may ask.", metadata={"viewer": "anyone"})
    def limits(self, info: Info) -> Limits:
        return _limits_of_audience(info, info.context.settings.storefront)


@strawberry.type
class LimitsAdminQuery:
    @admin_field(permission=Permission.CUSTOMERS_READ, description="What this endpoint takes.")
    async def limits(self, info: Info) -> Limits:
        return _limits_of_audience(info, info.context.settings.admin)


def _limits_of_audience(info: Info, audience: Any) -> Limits:
    asked = info.context.cost or {"requested": 0}
    rate = audience.guest_rate if info.context.viewer.kind is ViewerKind.GUEST else audience.rate
    return Limits(
        cost=CostLimit(requested=asked["requested"], limit=audience.cost, burst=audience.bucket, per_second=rate),
        tokens=audience.tokens,
        depth=audience.depth,
        fields=audience.fields,
        aliases=audience.aliases,
        directives=audience.directives,
        mutations=audience.mutations,
        body_bytes=audience.body_bytes,
    )
