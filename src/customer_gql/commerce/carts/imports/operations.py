from typing import Annotated, Final

import strawberry

from customer_gql.commerce.carts.operations import ENDS_OF_CART, WHOSE_CART, CartItemsAddPayload, add_to_own_cart
from customer_gql.commerce.carts.owners import find_view_of_shopper
from customer_gql.core.errors import RuleErrors
from customer_gql.customers.profile.reads import customers_by_id
from customer_gql.graph.context import Context, Info
from customer_gql.graph.roots import INPUT, guest_mutation
from customer_gql.shop.groups.tables import NOT_LOGGED_IN

from .csv_lines import read_csv_lines
from .inputs import CartItemsImportInput
from .writes import require_order_by_sku


@strawberry.type
class CartImportMutation:
    @guest_mutation(
        exclusive=True,
        description=f"Add what a file with the columns sku and qty lists to {WHOSE_CART}; a guest without any gets one, and its token. Each "
        "row succeeds or fails alone; `path` names the lines that failed. `NOT_ALLOWED` where `carts.order_by_sku` does not let the "
        f"shopper do so. {ENDS_OF_CART}",
    )
    async def cart_items_import(self, info: Info, input: Annotated[CartItemsImportInput, INPUT]) -> CartItemsAddPayload:
        context = info.context
        await _require_offered(context)
        read = read_csv_lines(input.csv)
        if not read.lines:
            raise RuleErrors(read.refused)
        try:
            return await add_to_own_cart(context, read.lines, locate=read.locate)
        except RuleErrors as refused:
            raise RuleErrors(read.locate(refused.errors)) from None


async def _require_offered(context: Context) -> None:
    customer_id = context.viewer.customer_id
    account = None if customer_id is None else await context.load(customers_by_id, customer_id)
    group_id = NOT_LOGGED_IN if account is None else account.group_id
    async with context.database.reads.acquire() as connection:
        view = await find_view_of_shopper(connection, context)
        await require_order_by_sku(connection, website_id=view.website_id, group_id=group_id)


MUTATIONS: Final = (CartImportMutation,)
