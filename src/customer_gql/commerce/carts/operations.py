from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Annotated, Any, Final

import strawberry

from customer_gql.commerce.guests.writes import add_guest, count_new_guest
from customer_gql.core.actor import actor_of
from customer_gql.core.errors import RuleError
from customer_gql.customers.profile.presence import record_activity
from customer_gql.graph.access.write_budget import count_customer_write
from customer_gql.graph.context import Context, Info
from customer_gql.graph.payloads import Payload, user_error
from customer_gql.graph.roots import INPUT, guest_mutation, open_field

from . import writes
from .inputs import (
    CartChangesAcceptInput,
    CartItemsAddInput,
    CartItemsRemoveInput,
    CartItemsUpdateInput,
    read_item_ids,
    read_new_lines,
    read_quantities,
)
from .lines.edits import NewLine
from .owners import find_cart_owner, find_view_of_shopper, refuse_ended_token
from .reads import carts_by_id, carts_by_website
from .types import Cart
from .writes import CartOutcome

WHOSE_CART: Final = (
    "the cart of the viewer on the website of `X-Store-View`: of the customer who is signed in, else of the guest whose token "
    "is in `X-Cart-Token`, else of the customer that the token in `X-Persistent-Token` remembers"
)
_EACH: Final = "Each line succeeds or fails alone; `path` names those that failed."
ENDS_OF_CART: Final = (
    "`NOT_FOUND` with `cart.token_unknown` for a token whose cart is gone. No mail. Undone by another change."
)


@strawberry.type(description="The cart after the change.")
class CartPayload(Payload):
    key: strawberry.Private[tuple[int, int] | None] = None

    @strawberry.field(graphql_type=Cart | None, description="The cart as stored now; null when everything was refused.")
    async def cart(self, info: Info) -> Any:
        return None if self.key is None else await info.context.load(carts_by_id, self.key)


@strawberry.type(description="The cart after lines were added.")
class CartItemsAddPayload(CartPayload):
    cart_token: str | None = strawberry.field(
        description="Token of a new guest, to be sent back as `X-Cart-Token` with every request; null for everybody else. "
        "It opens the cart, and is shown once.",
        default=None,
    )


@strawberry.type
class CartQuery:
    @open_field(
        graphql_type=Cart | None,
        description=f"Read {WHOSE_CART}, at the prices and with the stock of now. Null without one.",
    )
    async def cart(self, info: Info) -> Any:
        context = info.context
        refuse_ended_token(context)
        async with context.database.reads.acquire() as connection:
            view = await find_view_of_shopper(connection, context)
            try:
                owner = await find_cart_owner(connection, context, view.website_id)
            except RuleError:  # the cart of the token is gone
                return None
        return None if owner is None else await context.load(carts_by_website, (owner, view.website_id))


@strawberry.type
class CartMutation:
    @guest_mutation(
        exclusive=True,
        description=f"Add lines to {WHOSE_CART}; a guest without any gets one, and its token. A line with the same product and options "
        f"adds up. {_EACH} `NOT_ALLOWED` for what cannot be bought or is not in stock, `LIMIT_REACHED` for a full cart. {ENDS_OF_CART}",
    )
    async def cart_items_add(self, info: Info, input: Annotated[CartItemsAddInput, INPUT]) -> CartItemsAddPayload:
        return await add_to_own_cart(info.context, read_new_lines(input.items))

    @guest_mutation(
        exclusive=True,
        description=f"Set quantities of lines of {WHOSE_CART}. {_EACH} `NOT_FOUND` for a line of another cart. {ENDS_OF_CART}",
    )
    async def cart_items_update(self, info: Info, input: Annotated[CartItemsUpdateInput, INPUT]) -> CartPayload:
        given = read_quantities(input.items)
        return await change_own_cart(info.context, partial(writes.update_items, given=given))

    @guest_mutation(
        exclusive=True,
        description=f"Remove lines from {WHOSE_CART}. {_EACH} `NOT_FOUND` for a line of another cart. {ENDS_OF_CART}",
    )
    async def cart_items_remove(self, info: Info, input: Annotated[CartItemsRemoveInput, INPUT]) -> CartPayload:
        ids = read_item_ids(input.ids)
        return await change_own_cart(info.context, partial(writes.remove_items, ids=ids))

    @guest_mutation(exclusive=True, description=f"Remove every line from {WHOSE_CART}. {ENDS_OF_CART}")
    async def cart_clear(self, info: Info) -> CartPayload:
        return await change_own_cart(info.context, writes.clear_cart)

    @guest_mutation(
        exclusive=True,
        description=f"Accept what differs in {WHOSE_CART}: prices become those of now, quantities what there is, and lines that "
        f"cannot be bought go. `VERSION_CONFLICT` where the cart was changed since it was shown. {ENDS_OF_CART}",
    )
    async def cart_changes_accept(self, info: Info, input: Annotated[CartChangesAcceptInput, INPUT]) -> CartPayload:
        version = input.version
        return await change_own_cart(info.context, partial(writes.accept_changes, version=version))


async def add_to_own_cart(
    context: Context, lines: Sequence[NewLine], *, locate: Callable[[Sequence[RuleError]], Sequence[RuleError]] = list
) -> CartItemsAddPayload:
    """Add lines to the viewer's cart; a guest without any gets one. `locate` finds what is refused in the input."""
    refuse_ended_token(context)
    token = None
    async with context.database.reads.acquire() as connection:
        view = await find_view_of_shopper(connection, context)
        owner = await find_cart_owner(connection, context, view.website_id)
    await count_change(context, owner)
    async with context.transaction() as connection:
        if owner is None:
            owner, token = await add_guest(connection)
        locked = await writes.open_cart(connection, owner, website_id=view.website_id, store_view_id=view.id)
        outcome = await writes.add_items(connection, locked, lines, by=actor_of(context.viewer))
    record_activity(context, cart_token=token or context.cart_token)
    shown = [user_error(error, context.language) for error in locate(outcome.refused)]
    return CartItemsAddPayload(key=outcome.key, cart_token=token, user_errors=shown)


async def change_own_cart(context: Context, change: Callable[..., Awaitable[CartOutcome]]) -> CartPayload:
    """Run a change of the viewer's open cart, in one transaction."""
    owner, website_id = await find_own_cart(context)
    await count_change(context, owner)
    return await store_change(context, owner, website_id, change)


async def store_change(
    context: Context, owner: int, website_id: int, change: Callable[..., Awaitable[CartOutcome]]
) -> CartPayload:
    """The same after `find_own_cart` and `count_change`."""
    async with context.transaction() as connection:
        locked = await writes.lock_cart(connection, owner, website_id=website_id)
        outcome = await change(connection, locked, by=actor_of(context.viewer))
    record_activity(context, cart_token=context.cart_token)
    return CartPayload(key=outcome.key, user_errors=_show_refused(context, outcome))


async def find_own_cart(context: Context) -> tuple[int, int]:
    """Whose cart of which website the viewer changes. Raises `RuleError` for a guest without one."""
    refuse_ended_token(context)
    async with context.database.reads.acquire() as connection:
        view = await find_view_of_shopper(connection, context)
        owner = await find_cart_owner(connection, context, view.website_id)
    if owner is None:
        raise writes.CART_NOT_FOUND()
    return owner, view.website_id


async def count_change(context: Context, owner: int | None) -> None:
    """Customers have a budget of changes already; guests have one of the same size, and one of new carts by network."""
    if context.viewer.customer_id is not None:
        return
    async with context.database.writes.acquire() as connection:
        if owner is None:
            await count_new_guest(connection, context.caller.address)
        else:
            await count_customer_write(connection, owner, context.settings.storefront, counter="cart")


def _show_refused(context: Context, outcome: CartOutcome) -> list[Any]:
    return [user_error(error, context.language) for error in outcome.refused]


QUERIES: Final = (CartQuery,)
MUTATIONS: Final = (CartMutation,)
