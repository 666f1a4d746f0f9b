"""What a viewer can do to a website, store or store view (docs/domain/websites.md#websites-8)."""

from collections.abc import Mapping
from typing import Any, Final

import strawberry

from customer_gql.core.errors import RuleError
from customer_gql.core.permissions import Permission
from customer_gql.core.viewer import Viewer
from customer_gql.graph.context import Info
from customer_gql.graph.refusals import CapabilityRefusal, show_refusal
from customer_gql.loading.grids.columns import snake_case
from customer_gql.shop.websites.reads import store_views_by_store, stores_by_website
from customer_gql.shop.websites.writes import IN_USE, STORE_VIEWS, STORES, WEBSITES, Level, find_default_refusal

from .refusals import find_mutations

_ACTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "website": ("websiteUpdate", "websiteDelete"),
    "store": ("storeUpdate", "storeDelete"),
    "store_view": ("storeViewUpdate", "storeViewDelete"),
}


@strawberry.type(description="Whether this viewer can do something to a website, store or store view now.")
class WebsiteCapability:
    action: str = strawberry.field(description="Name of the mutation in capitals, such as `STORE_VIEW_DELETE`.")
    is_allowed: bool = strawberry.field(description="Whether the mutation would be taken with a valid input.")
    missing_permission: str | None = strawberry.field(
        description="Permission that the viewer lacks for it, or has for some websites alone; null when none is missing."
    )
    refusal: CapabilityRefusal | None = strawberry.field(
        description="What it would be refused with in the state that the record is in; null when with nothing."
    )


def _capabilities(record: str) -> Any:
    return strawberry.field(
        description=f"What this viewer can do to the {record} now: an entry for every mutation of one.",
        metadata={"audience": "admin", "assumed": 2},
    )


@strawberry.type
class WebsiteCapabilitySection:
    @_capabilities("website")
    async def capabilities(self: Any, info: Info) -> list[WebsiteCapability]:
        return await _describe_capabilities(info, WEBSITES, self, 1)


@strawberry.type
class StoreCapabilitySection:
    @_capabilities("store")
    async def capabilities(self: Any, info: Info) -> list[WebsiteCapability]:
        siblings = await info.context.load(stores_by_website, self.website_id)
        return await _describe_capabilities(info, STORES, self, len(siblings))


@strawberry.type
class StoreViewCapabilitySection:
    @_capabilities("store view")
    async def capabilities(self: Any, info: Info) -> list[WebsiteCapability]:
        siblings = await info.context.load(store_views_by_store, self.store_id)
        return await _describe_capabilities(info, STORE_VIEWS, self, len(siblings))


async def _describe_capabilities(info: Info, level: Level, row: Any, siblings: int) -> list[WebsiteCapability]:
    used = await info.context.load(level.uses(), row.id)
    refused: RuleError | None = find_default_refusal(level, row, siblings)
    if refused is None and used:
        refused = IN_USE(path=["id"], uses=[use.name for use in used])
    needed = find_mutations(info.schema, lambda name: name in _ACTIONS[level.table.name])
    return [
        _describe_one(name, needed[name], refused if name.endswith("Delete") else None, info.context.viewer)
        for name in _ACTIONS[level.table.name]
    ]


def _describe_one(name: str, needed: Permission, refused: RuleError | None, viewer: Viewer) -> WebsiteCapability:
    has_permission = needed in viewer.permissions and viewer.website_ids is None
    return WebsiteCapability(
        action=snake_case(name).upper(),
        is_allowed=has_permission and refused is None,
        missing_permission=None if has_permission else needed.value,
        refusal=None if refused is None else show_refusal(refused),
    )
