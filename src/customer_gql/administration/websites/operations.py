"""Staff manage websites, stores and store views; roots of the admin endpoint."""

from typing import Annotated, Any, Final

import strawberry

from customer_gql.core.actor import actor_of
from customer_gql.core.input_ids import parse_input_id
from customer_gql.core.permissions import Permission
from customer_gql.graph.context import Info
from customer_gql.graph.roots import INPUT, admin_mutation
from customer_gql.shop.websites.writes import STORE_VIEWS, STORES, WEBSITES, Level

from . import inputs, types
from .writes import create_site, remove_site, update_site

DryRun = Annotated[
    bool, strawberry.argument(description="Only answer what the mutation would answer, and write nothing.")
]
_RECORDED: Final = "Writes the history of staff."
_IN_USE: Final = (
    "`NOT_ALLOWED` with the `uses` in `params` while anything uses it, and for a default as long as there are others. Its settings "
    f"and mail templates go too. {_RECORDED} Cannot be undone."
)


def _mutation(description: str, *, exclusive: bool = False) -> Any:
    return admin_mutation(
        permission=Permission.WEBSITES_MANAGE, all_websites=True, exclusive=exclusive, description=description
    )


@strawberry.type
class WebsiteAdminMutation:
    @_mutation(f"Create a website. {_RECORDED} Undone by `websiteDelete`.")
    async def website_create(
        self, info: Info, input: Annotated[inputs.WebsiteCreateInput, INPUT]
    ) -> types.WebsiteCreatePayload:
        return types.WebsiteCreatePayload(website_key=await _create_at_level(info, WEBSITES, input.values()))

    @_mutation(
        "Change a website. Its currency is `NOT_ALLOWED` to change once an order, a price or a ledger has an amount in it. "
        f"{_RECORDED} Undone by another update."
    )
    async def website_update(
        self, info: Info, input: Annotated[inputs.WebsiteUpdateInput, INPUT]
    ) -> types.WebsiteUpdatePayload:
        edits = inputs.edits_of(input, "name", "currency", "is_default")
        return types.WebsiteUpdatePayload(website_key=await _update_at_level(info, WEBSITES, input, edits))

    @_mutation(f"Delete a website. {_IN_USE}", exclusive=True)
    async def website_delete(
        self, info: Info, input: Annotated[inputs.WebsiteDeleteInput, INPUT], dry_run: DryRun = False
    ) -> types.WebsiteDeletePayload:
        await _remove_at_level(info, WEBSITES, input.id, dry_run=dry_run)
        return types.WebsiteDeletePayload(deleted_website_id=input.id)

    @_mutation(f"Create a store of a website. {_RECORDED} Undone by `storeDelete`.")
    async def store_create(
        self, info: Info, input: Annotated[inputs.StoreCreateInput, INPUT]
    ) -> types.StoreCreatePayload:
        parent_id = parse_input_id(input.website_id, "web", ["websiteId"])
        return types.StoreCreatePayload(store_key=await _create_at_level(info, STORES, input.values(), parent_id))

    @_mutation(f"Change a store. {_RECORDED} Undone by another update.")
    async def store_update(
        self, info: Info, input: Annotated[inputs.StoreUpdateInput, INPUT]
    ) -> types.StoreUpdatePayload:
        edits = inputs.edits_of(input, "name", "is_default")
        return types.StoreUpdatePayload(store_key=await _update_at_level(info, STORES, input, edits))

    @_mutation(f"Delete a store. {_IN_USE}", exclusive=True)
    async def store_delete(
        self, info: Info, input: Annotated[inputs.StoreDeleteInput, INPUT], dry_run: DryRun = False
    ) -> types.StoreDeletePayload:
        website_id = await _remove_at_level(info, STORES, input.id, dry_run=dry_run)
        return types.StoreDeletePayload(deleted_store_id=input.id, website_key=website_id)

    @_mutation(f"Create a store view of a store. {_RECORDED} Undone by `storeViewDelete`.")
    async def store_view_create(
        self, info: Info, input: Annotated[inputs.StoreViewCreateInput, INPUT]
    ) -> types.StoreViewCreatePayload:
        parent_id = parse_input_id(input.store_id, "sto", ["storeId"])
        return types.StoreViewCreatePayload(
            view_key=await _create_at_level(info, STORE_VIEWS, input.values(), parent_id)
        )

    @_mutation(
        "Change a store view. An inactive one is unknown to the storefront: nobody signs up or in there. Sessions go on in the "
        f"other store views. {_RECORDED} Undone by another update."
    )
    async def store_view_update(
        self, info: Info, input: Annotated[inputs.StoreViewUpdateInput, INPUT]
    ) -> types.StoreViewUpdatePayload:
        edits = inputs.edits_of(input, "name", "locale", "is_active", "is_default")
        return types.StoreViewUpdatePayload(view_key=await _update_at_level(info, STORE_VIEWS, input, edits))

    @_mutation(f"Delete a store view. {_IN_USE}", exclusive=True)
    async def store_view_delete(
        self, info: Info, input: Annotated[inputs.StoreViewDeleteInput, INPUT], dry_run: DryRun = False
    ) -> types.StoreViewDeletePayload:
        store_id = await _remove_at_level(info, STORE_VIEWS, input.id, dry_run=dry_run)
        return types.StoreViewDeletePayload(deleted_store_view_id=input.id, store_key=store_id)


async def _create_at_level(info: Info, level: Level, values: dict[str, Any], parent_id: int | None = None) -> int:
    viewer = info.context.viewer
    async with info.context.transaction() as connection:
        return await create_site(
            connection, level, values, parent_id=parent_id, websites=viewer.website_ids, by=actor_of(viewer)
        )


async def _update_at_level(info: Info, level: Level, input: Any, edits: dict[str, Any]) -> int:
    id, viewer = parse_input_id(input.id, level.prefix, ["id"]), info.context.viewer
    expected, by = input.expected_version, actor_of(viewer)
    async with info.context.transaction() as connection:
        await update_site(connection, level, id, edits, expected_version=expected, websites=viewer.website_ids, by=by)
    return id


async def _remove_at_level(info: Info, level: Level, public_id: strawberry.ID, *, dry_run: bool) -> int | None:
    id, viewer = parse_input_id(public_id, level.prefix, ["id"]), info.context.viewer
    async with info.context.transaction(dry_run=dry_run) as connection:
        return await remove_site(connection, level, id, websites=viewer.website_ids, by=actor_of(viewer))


ADMIN_MUTATIONS: Final = (WebsiteAdminMutation,)
