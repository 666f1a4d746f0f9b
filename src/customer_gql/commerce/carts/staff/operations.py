from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Any, Final

import strawberry

from customer_gql.commerce.carts import writes
from customer_gql.commerce.carts.coupons.writes import apply_coupon, remove_coupon
from customer_gql.commerce.carts.imports.csv_lines import read_csv_lines
from customer_gql.commerce.carts.imports.writes import import_csv_lines
from customer_gql.commerce.carts.inputs import read_item_ids, read_new_lines, validate_count
from customer_gql.commerce.carts.operations import CartPayload
from customer_gql.commerce.carts.writes import CartOutcome, LockedCart
from customer_gql.core.actor import actor_of
from customer_gql.core.errors import CollectedErrors
from customer_gql.core.permissions import Permission
from customer_gql.graph.context import Context, Info
from customer_gql.graph.payloads import user_error
from customer_gql.graph.roots import INPUT, admin_mutation

from .inputs import (
    CustomerCartClearInput,
    CustomerCartCouponInput,
    CustomerCartInput,
    CustomerCartItemsAddInput,
    CustomerCartItemsImportInput,
    CustomerCartItemsRemoveInput,
    CustomerCartItemsUpdateInput,
)
from .prices import parse_custom_price, require_custom_prices
from .reach import reach_customer_of_viewer
from .records import record_cart_change

_EACH: Final = "Each line succeeds or fails alone; `path` names those that failed."
_ENDS: Final = (
    "`NOT_FOUND` for a customer or a website that the viewer does not reach. Writes the history of staff and the event `cart.changed`; "
    "no mail, and the customer is not counted as active. Undone by another change."
)
_NO_CART: Final = "`NOT_FOUND` with `cart.not_found` where the customer has no open cart."
Change = Callable[..., Awaitable[CartOutcome]]


@strawberry.type
class CartAdminMutation:
    @admin_mutation(
        permission=Permission.CARTS_MANAGE,
        description="Add lines to the open cart of a customer, or to a new one. A line with the same product and options adds up, and "
        f"takes the custom price that is given. {_EACH} `NOT_ALLOWED` for what cannot be bought or is not in stock, `LIMIT_REACHED` for "
        f"a full cart. {_ENDS}",
    )
    async def cart_items_add(self, info: Info, input: Annotated[CustomerCartItemsAddInput, INPUT]) -> CartPayload:
        require_custom_prices(info.context.viewer, [line.custom_price for line in input.items])
        lines = read_new_lines(input.items)

        async def add(connection: Any, locked: LockedCart, *, by: Any) -> CartOutcome:
            refused, priced = CollectedErrors(), list[Any]()
            for place, line in enumerate(lines):
                with refused.collecting():
                    price = parse_custom_price(input.items[place].custom_price, locked.row.currency, place)
                    priced.append(writes.NewLine(line.sku, line.quantity, line.options, price))
            refused.raise_collected()
            return await writes.add_items(connection, locked, priced, by=by)

        return await change_cart_of_customer(info.context, input, add, opens=True)

    @admin_mutation(
        permission=Permission.CARTS_MANAGE,
        description=f"Set quantities and prices of lines of the open cart of a customer. {_EACH} `NOT_FOUND` for a line of another cart. "
        f"{_NO_CART} {_ENDS}",
    )
    async def cart_items_update(self, info: Info, input: Annotated[CustomerCartItemsUpdateInput, INPUT]) -> CartPayload:
        require_custom_prices(info.context.viewer, [line.custom_price for line in input.items])
        validate_count(input.items, "items")

        async def update(connection: Any, locked: LockedCart, *, by: Any) -> CartOutcome:
            refused, given = CollectedErrors(), list[Any]()
            for place, line in enumerate(input.items):
                price = None if line.custom_price is None else line.custom_price.value
                quantity = None if line.quantity is None else line.quantity.value
                with refused.collecting():
                    minor = parse_custom_price(price, locked.row.currency, place)
                    given.append((line.id, quantity, minor, line.custom_price is not None))
            refused.raise_collected()
            return await writes.set_custom_prices(connection, locked, given, by=by)

        return await change_cart_of_customer(info.context, input, update)

    @admin_mutation(
        permission=Permission.CARTS_MANAGE,
        description=f"Remove lines from the open cart of a customer. {_EACH} `NOT_FOUND` for a line of another cart. {_NO_CART} {_ENDS}",
    )
    async def cart_items_remove(self, info: Info, input: Annotated[CustomerCartItemsRemoveInput, INPUT]) -> CartPayload:
        ids = read_item_ids(input.ids)
        return await change_cart_of_customer(info.context, input, partial(writes.remove_items, ids=ids))

    @admin_mutation(
        permission=Permission.CARTS_MANAGE,
        description=f"Remove every line from the open cart of a customer. {_NO_CART} {_ENDS}",
    )
    async def cart_clear(self, info: Info, input: Annotated[CustomerCartClearInput, INPUT]) -> CartPayload:
        return await change_cart_of_customer(info.context, input, writes.clear_cart)

    @admin_mutation(
        permission=Permission.CARTS_MANAGE,
        description="Apply a coupon to the open cart of a customer. `INVALID` with `coupon.invalid` for a code that is unknown or does not "
        f"apply today. {_NO_CART} {_ENDS}",
    )
    async def cart_coupon_apply(self, info: Info, input: Annotated[CustomerCartCouponInput, INPUT]) -> CartPayload:
        apply = partial(apply_coupon, code=input.code, guesses=())
        return await change_cart_of_customer(info.context, input, apply)

    @admin_mutation(
        permission=Permission.CARTS_MANAGE,
        description=f"Remove a coupon from the open cart of a customer. `NOT_FOUND` for a code that it does not have. {_NO_CART} {_ENDS}",
    )
    async def cart_coupon_remove(self, info: Info, input: Annotated[CustomerCartCouponInput, INPUT]) -> CartPayload:
        return await change_cart_of_customer(info.context, input, partial(remove_coupon, code=input.code))

    @admin_mutation(
        permission=Permission.CARTS_MANAGE,
        description="Add what a file with the columns sku and qty lists to the open cart of a customer, or to a new one, whatever "
        f"`carts.order_by_sku` says. Each row succeeds or fails alone; `path` names the lines that failed. {_ENDS}",
    )
    async def cart_items_import(self, info: Info, input: Annotated[CustomerCartItemsImportInput, INPUT]) -> CartPayload:
        add = partial(import_csv_lines, read=read_csv_lines(input.csv))
        return await change_cart_of_customer(info.context, input, add, opens=True)


async def change_cart_of_customer(
    context: Context, given: CustomerCartInput, change: Change, *, opens: bool = False
) -> CartPayload:
    """Run a change of a customer's open cart, in one transaction."""
    async with context.transaction() as connection:
        found = await reach_customer_of_viewer(context, connection, given)
        place = {"website_id": found.view.website_id}
        if opens:
            locked = await writes.open_cart(connection, found.id, **place, store_view_id=found.view.id)
        else:
            locked = await writes.lock_cart(connection, found.id, **place)
        by = actor_of(context.viewer)
        async with record_cart_change(connection, locked, by=by):
            outcome = await change(connection, locked, by=by)
    return CartPayload(key=outcome.key, user_errors=[user_error(one, context.language) for one in outcome.refused])


ADMIN_MUTATIONS: Final = (CartAdminMutation,)
