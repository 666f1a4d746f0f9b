from functools import partial
from typing import Annotated, Final

import strawberry

from customer_gql.commerce.carts.operations import (
    ENDS_OF_CART,
    WHOSE_CART,
    CartPayload,
    change_own_cart,
    find_own_cart,
)
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.roots import INPUT, guest_mutation

from .writes import MOST_COUPONS, MOST_WRONG, apply_coupon, count_guess, remove_coupon


@strawberry.input(description="A coupon of the cart.")
class CartCouponInput:
    code: str = column("Code of the coupon; its case does not count.")


@strawberry.type
class CartCouponMutation:
    @guest_mutation(
        exclusive=True,
        description=f"Apply a coupon to {WHOSE_CART}, which can have {MOST_COUPONS}. `INVALID` with `coupon.invalid` for a code that is "
        f"unknown or does not apply today, all alike; `LIMIT_REACHED` after {MOST_WRONG} wrong ones in ten minutes. {ENDS_OF_CART}",
    )
    async def cart_coupon_apply(self, info: Info, input: Annotated[CartCouponInput, INPUT]) -> CartPayload:
        context = info.context
        owner, _ = await find_own_cart(context)
        async with context.database.transaction() as connection:
            guesses = await count_guess(connection, owner, context.caller.address)
        return await change_own_cart(context, partial(apply_coupon, code=input.code, guesses=guesses))

    @guest_mutation(
        exclusive=True,
        description=f"Remove a coupon from {WHOSE_CART}. `NOT_FOUND` for a code that it does not have. {ENDS_OF_CART}",
    )
    async def cart_coupon_remove(self, info: Info, input: Annotated[CartCouponInput, INPUT]) -> CartPayload:
        return await change_own_cart(info.context, partial(remove_coupon, code=input.code))


MUTATIONS: Final = (CartCouponMutation,)
