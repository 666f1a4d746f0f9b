"""`node(id:)` and `nodes(ids:)`: every type with an id, found in the schema itself."""

import asyncio
from typing import Annotated, Any

import strawberry

from customer_gql.core.errors import BadInput
from customer_gql.core.ids import decode_keys, prefix_of
from customer_gql.core.permissions import Permission
from customer_gql.customers.profile.reads import reaches_records_of
from customer_gql.graph.context import Context, Info
from customer_gql.graph.nodes import FoundNode, Node, NodeId, nodes_of, visible_to_everyone, visible_to_owner
from customer_gql.graph.roots import admin_field
from customer_gql.loading.pages import MAX_PAGE

Id = Annotated[strawberry.ID, strawberry.argument(description="Id of any type that implements `Node`.")]
Ids = Annotated[
    list[strawberry.ID], strawberry.argument(description=f"At most {MAX_PAGE} ids of any types that implement `Node`.")
]


@strawberry.type
class NodeQuery:
    """On the storefront: what everybody may see, and what the signed-in customer owns."""

    @strawberry.field(
        graphql_type=Node | None,
        description="The record with this id; null when it is unknown or the viewer may not see it.",
    )
    async def node(self, info: Info, id: Id) -> Any:
        return await _found(info, id)

    @strawberry.field(
        graphql_type=list[Node | None],
        description="The records with these ids, in the same order; null where one is unknown or the viewer may not see it.",
    )
    async def nodes(self, info: Info, ids: Ids) -> list[Any]:
        return await _all_found(info, ids)


@strawberry.type
class NodeAdminQuery:
    @admin_field(
        permission=Permission.CUSTOMERS_READ,
        graphql_type=Node | None,
        description="The record with this id; null when it is unknown or the viewer may not see it.",
    )
    async def node(self, info: Info, id: Id) -> Any:
        return await _found(info, id)

    @admin_field(
        permission=Permission.CUSTOMERS_READ,
        graphql_type=list[Node | None],
        description="The records with these ids, in the same order; null where one is unknown or the viewer may not see it.",
    )
    async def nodes(self, info: Info, ids: Ids) -> list[Any]:
        return await _all_found(info, ids)


async def _all_found(info: Info, ids: list[strawberry.ID]) -> list[Any]:
    if len(ids) > MAX_PAGE:
        raise BadInput(f"ids: ask for at most {MAX_PAGE} at once, not {len(ids)}.")
    return await asyncio.gather(*[_found(info, id) for id in ids])


async def _found(info: Info, id: strawberry.ID) -> FoundNode | None:
    types = nodes_of(info.schema)
    prefix = prefix_of(id)
    if prefix not in types:
        raise BadInput(f"There is nothing with an id that starts with {prefix}_.")
    name, declared = types[prefix]
    key = decode_keys(id, prefix, len(declared.columns))
    context: Context = info.context
    if not await _may_see(context, declared, key):
        return None
    read = declared.read if context.viewer.is_staff_or_service else declared.storefront_read
    row = await context.load(read, key[0] if len(key) == 1 else key)
    return None if row is None else FoundNode(name, row)


async def _may_see(context: Context, declared: NodeId, key: tuple[int, ...]) -> bool:
    viewer = context.viewer
    if not viewer.is_staff_or_service:
        return await declared.visible(context, key)
    if declared.permission is not None and declared.permission not in viewer.permissions:
        return False
    if viewer.website_ids is None or declared.visible is visible_to_everyone:
        return True
    is_of_reached = declared.visible is visible_to_owner and await reaches_records_of(context, key[0])
    return is_of_reached or await declared.visible_to_staff(context, key)
