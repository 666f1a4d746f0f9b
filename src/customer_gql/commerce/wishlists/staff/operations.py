from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Final

import strawberry

from customer_gql.commerce.carts.inputs import MOST_AT_ONCE, read_item_ids
from customer_gql.commerce.carts.staff.inputs import CustomerCartInput
from customer_gql.commerce.carts.staff.reach import reach_customer_of_viewer
from customer_gql.commerce.wishlists import items
from customer_gql.commerce.wishlists.cart_transfers import NothingMovedError, move_to_cart
from customer_gql.commerce.wishlists.inputs import (
    WishlistItemsAddInput,
    WishlistItemsCopyInput,
    WishlistItemsMoveInput,
    WishlistItemsRemoveInput,
    WishlistItemsToCartInput,
    WishlistItemsUpdateInput,
    read_changes,
    read_new_wishes,
    read_transfers,
)
from customer_gql.commerce.wishlists.operations import (
    WishlistItemsToCartPayload,
    WishlistPayload,
    show_failures,
    show_outcome,
    show_refused,
)
from customer_gql.commerce.wishlists.writes import WishlistOutcome
from customer_gql.core.actor import actor_of
from customer_gql.core.permissions import Permission
from customer_gql.graph.context import Context, Info
from customer_gql.graph.roots import INPUT, admin_mutation

_EACH: Final = "Each item succeeds or fails alone; `path` names those that failed."
_ENDS: Final = (
    "`NOT_FOUND` for a customer or a website that the viewer does not reach, and for a list or an item of another customer. Writes the "
    "history of staff and the event `wishlist.changed`; no mail. Undone by another change."
)
Change = Callable[..., Awaitable[WishlistOutcome]]


@strawberry.input(description="Products to add to a wishlist of a customer.")
class CustomerWishlistItemsAddInput(CustomerCartInput, WishlistItemsAddInput):
    """What names items to the shopper, names them to staff; so do the others."""


@strawberry.input(description="Changes of items of wishlists of a customer.")
class CustomerWishlistItemsUpdateInput(CustomerCartInput, WishlistItemsUpdateInput):
    pass


@strawberry.input(description="Items to remove from wishlists of a customer.")
class CustomerWishlistItemsRemoveInput(CustomerCartInput, WishlistItemsRemoveInput):
    pass


@strawberry.input(description="Items to move to another wishlist of a customer.")
class CustomerWishlistItemsMoveInput(CustomerCartInput, WishlistItemsMoveInput):
    pass


@strawberry.input(description="Items to copy to another wishlist of a customer.")
class CustomerWishlistItemsCopyInput(CustomerCartInput, WishlistItemsCopyInput):
    pass


@strawberry.input(description="Items of wishlists to put into the cart of a customer.")
class CustomerWishlistItemsToCartInput(CustomerCartInput, WishlistItemsToCartInput):
    pass


@strawberry.type
class WishlistAdminMutation:
    @admin_mutation(
        permission=Permission.CARTS_MANAGE,
        description="Add products that are sold on the website to a wishlist of a customer, the default one if none is named. An item with "
        f"the same product and options adds up. {_EACH} `LIMIT_REACHED` for a full list. {_ENDS}",
    )
    async def wishlist_items_add(
        self, info: Info, input: Annotated[CustomerWishlistItemsAddInput, INPUT]
    ) -> WishlistPayload:
        add = partial(items.add_wishes, given=read_new_wishes(input.items), wishlist_id=input.wishlist_id)
        return await _change_lists(info.context, input, add)

    @admin_mutation(
        permission=Permission.CARTS_MANAGE,
        description="Change quantities, options and comments of items of a customer's wishlists. Two items that get the same options "
        f"become one. {_EACH} {_ENDS}",
    )
    async def wishlist_items_update(
        self, info: Info, input: Annotated[CustomerWishlistItemsUpdateInput, INPUT]
    ) -> WishlistPayload:
        return await _change_lists(info.context, input, partial(items.change_wishes, given=read_changes(input.items)))

    @admin_mutation(
        permission=Permission.CARTS_MANAGE,
        description=f"Remove items from wishlists of a customer. {_EACH} {_ENDS}",
    )
    async def wishlist_items_remove(
        self, info: Info, input: Annotated[CustomerWishlistItemsRemoveInput, INPUT]
    ) -> WishlistPayload:
        return await _change_lists(info.context, input, partial(items.remove_wishes, ids=read_item_ids(input.ids)))

    @admin_mutation(
        permission=Permission.CARTS_MANAGE,
        description=f"Move items to another wishlist of the customer, where equal items add up. {_EACH} `INVALID` for more than the item "
        f"has. {_ENDS}",
    )
    async def wishlist_items_move(
        self, info: Info, input: Annotated[CustomerWishlistItemsMoveInput, INPUT]
    ) -> WishlistPayload:
        given = {"given": read_transfers(input.items), "wishlist_id": input.wishlist_id}
        return await _change_lists(info.context, input, partial(items.transfer_wishes, **given, keeps=False))

    @admin_mutation(
        permission=Permission.CARTS_MANAGE,
        description=f"Copy items to another wishlist of the customer, where equal items add up. {_EACH} `INVALID` for more than the item "
        f"has. {_ENDS}",
    )
    async def wishlist_items_copy(
        self, info: Info, input: Annotated[CustomerWishlistItemsCopyInput, INPUT]
    ) -> WishlistPayload:
        given = {"given": read_transfers(input.items), "wishlist_id": input.wishlist_id}
        return await _change_lists(info.context, input, partial(items.transfer_wishes, **given, keeps=True))

    @admin_mutation(
        permission=Permission.CARTS_MANAGE,
        description="Put items of a customer's wishlists into the cart on the website, at today's prices; they leave the wishlist unless "
        f"`keepsItems`. What cannot be bought is in `failures` and stays. Causes the event `cart.changed` too. {_ENDS}",
    )
    async def wishlist_items_to_cart(
        self, info: Info, input: Annotated[CustomerWishlistItemsToCartInput, INPUT]
    ) -> WishlistItemsToCartPayload:
        context, by = info.context, actor_of(info.context.viewer)
        ids = None if input.ids is None else read_item_ids(input.ids)
        given = {"wishlist_id": input.wishlist_id, "keeps": input.keeps_items, "most": MOST_AT_ONCE}
        try:
            async with context.transaction() as connection:
                found = await reach_customer_of_viewer(context, connection, input)
                moved = await move_to_cart(connection, found.id, ids, **given, view=found.view, by=by)
        except NothingMovedError as refused:
            return WishlistItemsToCartPayload(failures=show_failures(context, refused.failures))
        return WishlistItemsToCartPayload(
            key=moved.cart,
            changed=moved.changed,
            failures=show_failures(context, moved.failures),
            user_errors=show_refused(context, moved.unknown),
        )


async def _change_lists(context: Context, given: CustomerCartInput, change: Change) -> WishlistPayload:
    """Run a change of a customer's lists, in one transaction."""
    async with context.transaction() as connection:
        found = await reach_customer_of_viewer(context, connection, given)
        outcome = await change(connection, found.id, view=found.view, by=actor_of(context.viewer))
    return show_outcome(context, outcome)


ADMIN_MUTATIONS: Final = (WishlistAdminMutation,)
