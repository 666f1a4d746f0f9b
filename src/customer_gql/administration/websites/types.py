"""Payloads of websites, stores and store views."""

from typing import Any

import strawberry

from customer_gql.graph.context import Info
from customer_gql.graph.payloads import Payload
from customer_gql.shop.websites.reads import store_views_by_id, stores_by_id, websites_by_id
from customer_gql.shop.websites.types import Store, StoreView, Website

_AS_STORED = "as it is stored now; null when the mutation was refused."
_ABOVE = "that it belonged to; null when the mutation was refused."


@strawberry.type(description="Result of a mutation of a website.")
class WebsitePayload(Payload):
    website_key: strawberry.Private[int | None] = None

    @strawberry.field(graphql_type=Website | None, description=f"The website {_AS_STORED}")
    async def website(self, info: Info) -> Any:
        return None if self.website_key is None else await info.context.load(websites_by_id, self.website_key)


@strawberry.type(description="Result of a mutation of a store.")
class StorePayload(Payload):
    store_key: strawberry.Private[int | None] = None

    @strawberry.field(graphql_type=Store | None, description=f"The store {_AS_STORED}")
    async def store(self, info: Info) -> Any:
        return None if self.store_key is None else await info.context.load(stores_by_id, self.store_key)


@strawberry.type(description="Result of a mutation of a store view.")
class StoreViewPayload(Payload):
    view_key: strawberry.Private[int | None] = None

    @strawberry.field(graphql_type=StoreView | None, description=f"The store view {_AS_STORED}")
    async def store_view(self, info: Info) -> Any:
        return None if self.view_key is None else await info.context.load(store_views_by_id, self.view_key)


@strawberry.type(description="Result of creating a website.")
class WebsiteCreatePayload(WebsitePayload):
    pass


@strawberry.type(description="Result of updating a website.")
class WebsiteUpdatePayload(WebsitePayload):
    pass


@strawberry.type(description="Result of deleting a website.")
class WebsiteDeletePayload(Payload):
    deleted_website_id: strawberry.ID | None = strawberry.field(
        description="The website that was deleted; null when the mutation was refused.", default=None
    )


@strawberry.type(description="Result of creating a store.")
class StoreCreatePayload(StorePayload):
    pass


@strawberry.type(description="Result of updating a store.")
class StoreUpdatePayload(StorePayload):
    pass


@strawberry.type(description="Result of deleting a store.")
class StoreDeletePayload(Payload):
    deleted_store_id: strawberry.ID | None = strawberry.field(
        description="The store that was deleted; null when the mutation was refused.", default=None
    )
    website_key: strawberry.Private[int | None] = None

    @strawberry.field(graphql_type=Website | None, description=f"The website {_ABOVE}")
    async def website(self, info: Info) -> Any:
        return None if self.website_key is None else await info.context.load(websites_by_id, self.website_key)


@strawberry.type(description="Result of creating a store view.")
class StoreViewCreatePayload(StoreViewPayload):
    pass


@strawberry.type(description="Result of updating a store view.")
class StoreViewUpdatePayload(StoreViewPayload):
    pass


@strawberry.type(description="Result of deleting a store view.")
class StoreViewDeletePayload(Payload):
    deleted_store_view_id: strawberry.ID | None = strawberry.field(
        description="The store view that was deleted; null when the mutation was refused.", default=None
    )
    store_key: strawberry.Private[int | None] = None

    @strawberry.field(graphql_type=Store | None, description=f"The store {_ABOVE}")
    async def store(self, info: Info) -> Any:
        return None if self.store_key is None else await info.context.load(stores_by_id, self.store_key)
