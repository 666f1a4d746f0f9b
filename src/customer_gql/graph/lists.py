"""Roots that give a whole list."""

from typing import Any

import strawberry

from customer_gql.core.permissions import Permission
from customer_gql.loading.lists import RootList

from .connections import After, Before, Connection, First, Last, make_window
from .context import Info
from .roots import admin_field


def admin_list(
    rows: RootList, sort: str, *, of: Any, permission: Permission, description: str, all_websites: bool = False
) -> Any:
    """A root of the admin endpoint that gives a whole list, in one order, to those who may see it."""

    async def resolve(
        info: Info,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Any:
        return await rows.page(info.context, make_window(first, after, last, before), sort)

    declared = admin_field(
        permission=permission, graphql_type=Connection[of], description=description, all_websites=all_websites
    )
    return declared(resolve)
