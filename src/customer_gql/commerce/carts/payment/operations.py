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
from customer_gql.commerce.carts.owners import require_shopper
from customer_gql.commerce.carts.reads import carts_by_website
from customer_gql.commerce.carts.shown.loaded_prices import load_priced_cart
from customer_gql.commerce.carts.writes import CART_NOT_FOUND
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.roots import INPUT, guest_mutation

from .writes import LONGEST_NUMBER, LONGEST_TOKEN, METHOD_NOT_OFFERED, read_payment, set_payment


@strawberry.input(description="How the cart is paid.")
class CartPaymentMethodSetInput:
    code: str = column("Code of one of the cart's `paymentMethods`.")
    token: str | None = strawberry.field(
        description=f"Token that the payment provider gave the shopper, at most {LONGEST_TOKEN} characters, for methods that need "
        "one. Never the number of a card.",
        default=None,
    )
    purchase_order_number: str | None = strawberry.field(
        description=f"Number of the shopper's purchase order, at most {LONGEST_NUMBER} characters; required by `purchase_order`.",
        default=None,
    )


@strawberry.type
class CartPaymentMutation:
    @guest_mutation(
        exclusive=True,
        description=f"Choose how {WHOSE_CART} is paid. `NOT_ALLOWED` with `cart.payment_method_not_offered` for a method that is not "
        "among its `paymentMethods`; `REQUIRED` for what the method needs, `INVALID` for what it does not take. The token can be "
        f"read nowhere, and goes with the order. {ENDS_OF_CART}",
    )
    async def cart_payment_method_set(
        self, info: Info, input: Annotated[CartPaymentMethodSetInput, INPUT]
    ) -> CartPayload:
        context = info.context
        require_shopper(context)
        values = read_payment(input.code, input.token, input.purchase_order_number)
        owner, website_id = await find_own_cart(context)
        row = await context.load(carts_by_website, (owner, website_id))
        if row is None:
            raise CART_NOT_FOUND()
        if input.code not in (await load_priced_cart(context, row)).payment_methods:
            raise METHOD_NOT_OFFERED(path=["code"])
        return await change_own_cart(context, partial(set_payment, values=values))


MUTATIONS: Final = (CartPaymentMutation,)
