"""Inputs by which staff change carts of customers."""

from decimal import Decimal
from typing import Final

import strawberry

from customer_gql.commerce.carts.coupons.operations import CartCouponInput
from customer_gql.commerce.carts.imports.inputs import CartItemsImportInput
from customer_gql.commerce.carts.inputs import (
    MOST_AT_ONCE,
    CartItemAddInput,
    CartItemsRemoveInput,
)
from customer_gql.graph.fields import column

_COUNT: Final = f"From 1 to {MOST_AT_ONCE} lines."
_PRICE: Final = "Price of a unit in major units of the cart's currency, in the place of that of the catalog; needs `orders.custom_price`."


@strawberry.input(description="Whose cart, on which website.")
class CustomerCartInput:
    customer_id: strawberry.ID = column("Id of the customer.")
    website_id: strawberry.ID | None = strawberry.field(
        description="Id of the website of the cart; that of the account by default.", default=None
    )


@strawberry.input(description="A line to add to the cart of a customer.")
class CustomerCartItemAddInput(CartItemAddInput):
    custom_price: Decimal | None = strawberry.field(description=_PRICE, default=None)


@strawberry.input(description="Lines to add to the cart of a customer.")
class CustomerCartItemsAddInput(CustomerCartInput):
    items: list[CustomerCartItemAddInput] = column(_COUNT)


@strawberry.input(description="Changes of a line of the cart of a customer.")
class CustomerCartItemUpdateInput:
    id: strawberry.ID = column("Id of the line.")
    quantity: strawberry.Maybe[int] = column("New quantity; 0 removes the line.")
    custom_price: strawberry.Maybe[Decimal | None] = column(f"{_PRICE} Null takes that of the catalog again.")


@strawberry.input(description="Changes of lines of the cart of a customer.")
class CustomerCartItemsUpdateInput(CustomerCartInput):
    items: list[CustomerCartItemUpdateInput] = column(_COUNT)


@strawberry.input(description="Lines to remove from the cart of a customer.")
class CustomerCartItemsRemoveInput(CustomerCartInput, CartItemsRemoveInput):
    """What names lines to the shopper, names them to staff."""


@strawberry.input(description="The cart of a customer to empty.")
class CustomerCartClearInput(CustomerCartInput):
    """Nothing else."""


@strawberry.input(description="A coupon of the cart of a customer.")
class CustomerCartCouponInput(CustomerCartInput, CartCouponInput):
    """What names a coupon to the shopper, names it to staff."""


@strawberry.input(description="A file of lines for the cart of a customer.")
class CustomerCartItemsImportInput(CustomerCartInput, CartItemsImportInput):
    """What the shopper sends, staff send."""
