import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Annotated, Any, Final

import strawberry
from strawberry.scalars import JSON

from customer_gql.commerce.carts.inputs import MOST_AT_ONCE, read_item_ids
from customer_gql.commerce.carts.operations import CartPayload
from customer_gql.commerce.carts.owners import find_view_of_shopper
from customer_gql.core.actor import actor_of
from customer_gql.core.errors import RuleError
from customer_gql.customers.profile.presence import record_activity
from customer_gql.database.statements import Row
from customer_gql.graph.context import Context, Info
from customer_gql.graph.fields import column
from customer_gql.graph.payloads import Payload, user_error
from customer_gql.graph.roots import INPUT, customer_mutation

from . import items, writes
from .cart_transfers import NothingMovedError, WishFailure, move_from_cart, move_to_cart
from .inputs import (
    CartItemsMoveToWishlistInput,
    WishlistClearInput,
    WishlistCreateInput,
    WishlistDeleteInput,
    WishlistItemsAddInput,
    WishlistItemsCopyInput,
    WishlistItemsMoveInput,
    WishlistItemsRemoveInput,
    WishlistItemsToCartInput,
    WishlistItemsUpdateInput,
    WishlistMergeInput,
    WishlistUpdateInput,
    read_changes,
    read_new_wishes,
    read_transfers,
)
from .reads import wishlists_by_id
from .types import Wishlist
from .writes import WishlistOutcome

_EACH: Final = "Each item succeeds or fails alone; `path` names those that failed."
_ENDS: Final = (
    "`NOT_FOUND` for a wishlist or an item of another customer, `NOT_ALLOWED` where the shop offers no wishlists. Causes the event "
    "`wishlist.changed`; no mail, and no history of the customer."
)
UNDONE: Final = "Undone by another change."
Key = tuple[int, int]


@strawberry.type(description="Wishlists after a change.")
class WishlistPayload(Payload):
    key: strawberry.Private[Key | None] = None
    changed: strawberry.Private[Sequence[Key]] = ()

    @strawberry.field(
        graphql_type=Wishlist | None,
        description="The wishlist as stored now, of several the one that got the items; null when everything was refused.",
    )
    async def wishlist(self, info: Info) -> Any:
        return None if self.key is None else await info.context.load(wishlists_by_id, self.key)

    @strawberry.field(
        graphql_type=list[Wishlist],
        description="The wishlists whose items were changed, as stored now; a merged one is gone.",
        metadata={"assumed": 2},
    )
    async def changed_wishlists(self, info: Info) -> Any:
        return await load_lists(info.context, self.changed)


@strawberry.type(description="Result of deleting a wishlist.")
class WishlistDeletePayload(Payload):
    deleted_id: strawberry.ID | None = strawberry.field(
        description="Id of the deleted wishlist; null when refused.", default=None
    )


@strawberry.type(description="An item of a wishlist that did not get into the cart.")
class WishlistItemFailure:
    item_id: strawberry.ID = column("Id of the item.")
    key: str = column("Stable name of the rule that refused, as `product.insufficient_stock`.")
    params: JSON = column("Values that the rule is about, by name.")  # pyright: ignore[reportInvalidTypeForm]
    message: str = column("A sentence for the shopper, in the language that `Accept-Language` asks for.")


@strawberry.type(description="The cart after items of wishlists were put into it.")
class WishlistItemsToCartPayload(CartPayload):
    changed: strawberry.Private[Sequence[Key]] = ()
    failures: list[WishlistItemFailure] = strawberry.field(
        description=f"Items that did not get into the cart and stay where they are; at most {MOST_AT_ONCE}.",
        default_factory=list,
        metadata={"assumed": 2},
    )

    @strawberry.field(
        graphql_type=list[Wishlist],
        description="The wishlists that items left, as stored now.",
        metadata={"assumed": 2},
    )
    async def changed_wishlists(self, info: Info) -> Any:
        return await load_lists(info.context, self.changed)


@strawberry.type(description="The cart and the wishlist after lines were moved.")
class CartItemsMoveToWishlistPayload(CartPayload):
    list_key: strawberry.Private[Key | None] = None

    @strawberry.field(
        graphql_type=Wishlist | None,
        description="The wishlist that got the lines, as stored now; null when all were refused.",
    )
    async def wishlist(self, info: Info) -> Any:
        return None if self.list_key is None else await info.context.load(wishlists_by_id, self.list_key)


async def load_lists(context: Context, keys: Sequence[Key]) -> list[Any]:
    found = await asyncio.gather(*[context.load(wishlists_by_id, key) for key in keys])
    return [row for row in found if row is not None]


@strawberry.type
class WishlistMutation:
    @customer_mutation(
        description="Make a wishlist. The first one of a customer is the default one. `REQUIRED` and `TOO_LONG` for the name, "
        f"`LIMIT_REACHED` for more than `wishlists.max_lists`. {_ENDS} Undone by `wishlistDelete`."
    )
    async def wishlist_create(self, info: Info, input: Annotated[WishlistCreateInput, INPUT]) -> WishlistPayload:
        given = {"name": input.name, "visibility": input.visibility}

        async def create(connection: Any, owner: int, *, view: Row, by: Any) -> WishlistOutcome:
            return WishlistOutcome(await writes.create_list(connection, owner, **given, store_view_id=view.id, by=by))

        return await change_own_lists(info.context, create)

    @customer_mutation(
        description=f"Rename a wishlist, or decide who sees it. `REQUIRED` and `TOO_LONG` for the name. {_ENDS} {UNDONE}"
    )
    async def wishlist_update(self, info: Info, input: Annotated[WishlistUpdateInput, INPUT]) -> WishlistPayload:
        given = {} if input.name is None else {"name": input.name.value}
        given |= {} if input.visibility is None else {"visibility": input.visibility.value.value}

        async def update(connection: Any, owner: int, *, view: Row, by: Any) -> WishlistOutcome:  # noqa: ARG001
            return WishlistOutcome((owner, await writes.update_list(connection, owner, input.id, given, by=by)))

        return await change_own_lists(info.context, update)

    @customer_mutation(
        exclusive=True,
        description=f"Delete a wishlist with what is on it. `NOT_ALLOWED` for the default one. {_ENDS} Cannot be undone.",
    )
    async def wishlist_delete(self, info: Info, input: Annotated[WishlistDeleteInput, INPUT]) -> WishlistDeletePayload:
        async def delete(connection: Any, owner: int, *, view: Row, by: Any) -> WishlistOutcome:  # noqa: ARG001
            await writes.delete_list(connection, owner, input.id, by=by)
            return WishlistOutcome((owner, 0))

        await change_own_lists(info.context, delete)
        return WishlistDeletePayload(deleted_id=input.id)

    @customer_mutation(description=f"Remove everything from a wishlist. {_ENDS} Cannot be undone.")
    async def wishlist_clear(self, info: Info, input: Annotated[WishlistClearInput, INPUT]) -> WishlistPayload:
        async def clear(connection: Any, owner: int, *, view: Row, by: Any) -> WishlistOutcome:  # noqa: ARG001
            return WishlistOutcome((owner, await writes.clear_list(connection, owner, input.id, by=by)))

        return await change_own_lists(info.context, clear)

    @customer_mutation(
        exclusive=True,
        description="Move everything of a wishlist to another one, where equal items add up, and delete the first one. `NOT_ALLOWED` "
        f"where that is the default one, `LIMIT_REACHED` where the other has no room. {_ENDS} Cannot be undone.",
    )
    async def wishlist_merge(self, info: Info, input: Annotated[WishlistMergeInput, INPUT]) -> WishlistPayload:
        merge = partial(items.merge_lists, from_id=input.from_id, into_id=input.into_id)
        return await change_own_lists(info.context, merge)

    @customer_mutation(
        description="Add products that are sold on the website of `X-Store-View` to a wishlist, the default one if none is named. An "
        f"item with the same product and options adds up. {_EACH} `LIMIT_REACHED` for a full list. {_ENDS} {UNDONE}"
    )
    async def wishlist_items_add(self, info: Info, input: Annotated[WishlistItemsAddInput, INPUT]) -> WishlistPayload:
        add = partial(items.add_wishes, given=read_new_wishes(input.items), wishlist_id=input.wishlist_id)
        return await change_own_lists(info.context, add)

    @customer_mutation(
        description="Change quantities, options and comments of items. Two items that get the same options become one. "
        f"{_EACH} {_ENDS} {UNDONE}"
    )
    async def wishlist_items_update(
        self, info: Info, input: Annotated[WishlistItemsUpdateInput, INPUT]
    ) -> WishlistPayload:
        return await change_own_lists(info.context, partial(items.change_wishes, given=read_changes(input.items)))

    @customer_mutation(description=f"Remove items from wishlists. {_EACH} {_ENDS} {UNDONE}")
    async def wishlist_items_remove(
        self, info: Info, input: Annotated[WishlistItemsRemoveInput, INPUT]
    ) -> WishlistPayload:
        return await change_own_lists(info.context, partial(items.remove_wishes, ids=read_item_ids(input.ids)))

    @customer_mutation(
        description=f"Move items to another wishlist, where equal items add up. {_EACH} `INVALID` for more than the item has. "
        f"{_ENDS} {UNDONE}"
    )
    async def wishlist_items_move(self, info: Info, input: Annotated[WishlistItemsMoveInput, INPUT]) -> WishlistPayload:
        given = read_transfers(input.items)
        move = partial(items.transfer_wishes, given=given, wishlist_id=input.wishlist_id, keeps=False)
        return await change_own_lists(info.context, move)

    @customer_mutation(
        description=f"Copy items to another wishlist, where equal items add up. {_EACH} `INVALID` for more than the item has. "
        f"{_ENDS} {UNDONE}"
    )
    async def wishlist_items_copy(self, info: Info, input: Annotated[WishlistItemsCopyInput, INPUT]) -> WishlistPayload:
        given = read_transfers(input.items)
        copy = partial(items.transfer_wishes, given=given, wishlist_id=input.wishlist_id, keeps=True)
        return await change_own_lists(info.context, copy)

    @customer_mutation(
        description="Put items of wishlists into the cart on the website of `X-Store-View`, at today's prices; they leave the wishlist "
        f"unless `keepsItems`. What cannot be bought is in `failures` and stays. Counts as activity. {_ENDS} {UNDONE}"
    )
    async def wishlist_items_to_cart(
        self, info: Info, input: Annotated[WishlistItemsToCartInput, INPUT]
    ) -> WishlistItemsToCartPayload:
        context = info.context
        ids = None if input.ids is None else read_item_ids(input.ids)
        given = {"wishlist_id": input.wishlist_id, "keeps": input.keeps_items, "most": MOST_AT_ONCE}
        owner, view = await find_own_lists(context)
        try:
            async with context.transaction() as connection:
                moved = await move_to_cart(connection, owner, ids, **given, view=view, by=actor_of(context.viewer))
        except NothingMovedError as refused:
            return WishlistItemsToCartPayload(failures=show_failures(context, refused.failures))
        record_activity(context)
        return WishlistItemsToCartPayload(
            key=moved.cart,
            changed=moved.changed,
            failures=show_failures(context, moved.failures),
            user_errors=show_refused(context, moved.unknown),
        )

    @customer_mutation(
        description="Move lines of the cart on the website of `X-Store-View` to a wishlist, the default one if none is named. Equal items "
        f"add up. {_EACH} Counts as activity. {_ENDS} Undone by `wishlistItemsToCart`."
    )
    async def cart_items_move_to_wishlist(
        self, info: Info, input: Annotated[CartItemsMoveToWishlistInput, INPUT]
    ) -> CartItemsMoveToWishlistPayload:
        context, ids = info.context, read_item_ids(input.ids)
        owner, view = await find_own_lists(context)
        async with context.transaction() as connection:
            cart, wishes = await move_from_cart(
                connection, owner, ids, wishlist_id=input.wishlist_id, view=view, by=actor_of(context.viewer)
            )
        record_activity(context)
        refused = show_refused(context, cart.refused)
        return CartItemsMoveToWishlistPayload(key=cart.key, list_key=wishes.key, user_errors=refused)


async def find_own_lists(context: Context) -> tuple[int, Row]:
    """The customer, and the store view that the request is about. Raises `RuleError` where the shop has no wishlists."""
    owner = context.viewer.customer_id
    assert owner is not None
    async with context.database.reads.acquire() as connection:
        view = await find_view_of_shopper(connection, context)
        await writes.require_enabled(connection, view.id)
    return owner, view


async def change_own_lists(context: Context, change: Callable[..., Awaitable[WishlistOutcome]]) -> WishlistPayload:
    """Run a change of the viewer's lists, in one transaction."""
    owner, view = await find_own_lists(context)
    async with context.transaction() as connection:
        outcome = await change(connection, owner, view=view, by=actor_of(context.viewer))
    return show_outcome(context, outcome)


def show_outcome(context: Context, outcome: WishlistOutcome) -> WishlistPayload:
    return WishlistPayload(key=outcome.key, changed=outcome.changed, user_errors=show_refused(context, outcome.refused))


def show_refused(context: Context, refused: Sequence[RuleError]) -> list[Any]:
    return [user_error(error, context.language) for error in refused]


def show_failures(context: Context, failures: Sequence[WishFailure]) -> list[WishlistItemFailure]:
    return [
        WishlistItemFailure(
            item_id=strawberry.ID(id),
            key=error.key,
            params=dict(error.params),  # pyright: ignore[reportArgumentType]
            message=error.message_in(context.language),
        )
        for id, error in failures
    ]


MUTATIONS: Final = (WishlistMutation,)
