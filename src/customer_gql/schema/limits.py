"""`limits`: the limits of an endpoint, for clients to read."""

import strawberry

from customer_gql.core.permissions import Permission
from customer_gql.graph.access.rates import rate_of
from customer_gql.graph.context import Info
from customer_gql.graph.roots import admin_field
from customer_gql.loading.pages import DEFAULT_PAGE, MAX_PAGE
from customer_gql.settings import AudienceSettings


@strawberry.type(
    description="Limits of cost, in points of the time that a document takes at most: its objects times the sizes of their "
    "pages, and a fixed part for each root and each field that is read from the database."
)
class CostLimit:
    requested: int = strawberry.field(description="Highest possible cost of the document that contains this field.")
    limit: int = strawberry.field(description="Highest cost of one document.")
    burst: int = strawberry.field(description="Cost that may be spent at once, over several requests.")
    per_second: int = strawberry.field(
        description="Cost regained per second by the caller of this document; a service token may have a rate of its own."
    )


@strawberry.type(
    description="Limits of this endpoint. Fields, aliases and directives of a fragment count wherever it is spread."
)
class Limits:
    cost: CostLimit = strawberry.field(description="Limits of cost.")
    tokens: int = strawberry.field(description="Largest number of lexical tokens in a document, comments included.")
    depth: int = strawberry.field(description="Largest number of levels of nested fields.")
    fields: int = strawberry.field(description="Largest number of fields in a document.")
    aliases: int = strawberry.field(description="Largest number of aliases in a document.")
    directives: int = strawberry.field(description="Largest number of directives in a document.")
    mutations: int = strawberry.field(
        description="Largest number of root fields in a mutation; an exclusive mutation must be the only one."
    )
    body_bytes: int = strawberry.field(description="Largest number of bytes in the body of a request.")
    default_page_size: int = strawberry.field(
        description="Number of nodes in a page when no size is given.", default=DEFAULT_PAGE
    )
    max_page_size: int = strawberry.field(description="Largest number of nodes in a page.", default=MAX_PAGE)


@strawberry.type
class LimitsQuery:
    @strawberry.field(description="Limits of this endpoint. Open to everyone.", metadata={"viewer": "anyone"})
    def limits(self, info: Info) -> Limits:
        return _limits_of_audience(info, info.context.settings.storefront)


@strawberry.type
class LimitsAdminQuery:
    @admin_field(permission=Permission.CUSTOMERS_READ, description="Limits of this endpoint.")
    async def limits(self, info: Info) -> Limits:
        return _limits_of_audience(info, info.context.settings.admin)


def _limits_of_audience(info: Info, audience: AudienceSettings) -> Limits:
    cost = info.context.cost or {"requested": 0}
    rate = rate_of(info.context.viewer, audience)
    return Limits(
        cost=CostLimit(requested=cost["requested"], limit=audience.cost, burst=audience.bucket, per_second=rate),
        tokens=audience.tokens,
        depth=audience.depth,
        fields=audience.fields,
        aliases=audience.aliases,
        directives=audience.directives,
        mutations=audience.mutations,
        body_bytes=audience.body_bytes,
    )
