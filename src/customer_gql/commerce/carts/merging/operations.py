from typing import Annotated, Final

import strawberry

from customer_gql.commerce.carts.operations import CartPayload
from customer_gql.commerce.carts.owners import find_view_of_shopper
from customer_gql.core.actor import actor_of
from customer_gql.customers.profile.presence import record_activity
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.roots import INPUT, customer_mutation

from .writes import merge_cart


@strawberry.input(description="The cart of a guest that goes into the customer's.")
class CartMergeInput:
    cart_token: str = column("Token of the guest's cart, as `cartItemsAdd` gave it.")


@strawberry.type
class CartMergeMutation:
    @customer_mutation(
        exclusive=True,
        description="Take over what a guest put into a cart, into the open cart of the customer on the website of `X-Store-View`; "
        "`signIn` with `X-Cart-Token` does the same. Equal lines add up, as far as stock and the largest quantity allow. Coupons and "
        "addresses of the customer's cart win, and so do its prices by staff. The token opens nothing afterwards. `NOT_FOUND` with "
        "`cart.token_unknown` for a token that opens no cart here. Causes the event `cart.changed`; no mail. Cannot be undone; "
        "lines can be changed.",
    )
    async def cart_merge(self, info: Info, input: Annotated[CartMergeInput, INPUT]) -> CartPayload:
        context = info.context
        customer_id = context.viewer.customer_id
        assert customer_id is not None
        async with context.database.reads.acquire() as connection:
            view = await find_view_of_shopper(connection, context)
        place = {"website_id": view.website_id, "store_view_id": view.id}
        async with context.transaction() as connection:
            by = actor_of(context.viewer)
            outcome = await merge_cart(connection, input.cart_token, customer_id, **place, by=by)
        record_activity(context)
        return CartPayload(key=outcome.key)


MUTATIONS: Final = (CartMergeMutation,)
