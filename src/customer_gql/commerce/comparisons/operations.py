import datetime as dt
from typing import Annotated, Any, Final

import strawberry

from customer_gql.commerce.carts.owners import find_view_of_shopper, refuse_ended_token
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.customers.visitors.operations import VISITOR_MISSING
from customer_gql.graph.access.address_budget import count_call_of_address
from customer_gql.graph.context import Context, Info
from customer_gql.graph.fields import column
from customer_gql.graph.payloads import Payload
from customer_gql.graph.roots import INPUT, guest_mutation, open_field
from customer_gql.security.tokens import hash_token

from .reads import KEPT, browsing_by_customer, browsing_by_visitor
from .types import OLDEST, ShownBrowsedProduct, show_browsed
from .writes import (
    BrowsingShopper,
    add_products,
    customer_shopper,
    find_products,
    remove_products,
    visitor_shopper,
)

CHANGES_PER_MINUTE: Final = 300
"""From one network address, behind which a whole office may be."""
_COUNT_WRONG: Final = Refusal(
    "compare_list.count_wrong", "Send from 1 to {limit} SKUs at once.", UserErrorCode.TOO_MANY
)
_WHO: Final = "the customer who is signed in, or else the visitor whose token is in `X-Visitor`"
_ENDS: Final = (
    f"`REQUIRED` for a visitor without the header; from one network address {CHANGES_PER_MINUTE} changes a minute are accepted, then "
    "`RATE_LIMITED` says how long to wait. No history, no event, no mail."
)
_NOT_FOUND: Final = "`NOT_FOUND` with the place of a SKU under which nothing is sold on the website of `X-Store-View`; nothing changes then."


@strawberry.input(description="Products to compare.")
class CompareItemsAddInput:
    skus: list[str] = column(f"SKUs of 1 to {KEPT} products.")


@strawberry.input(description="Products that are no longer compared.")
class CompareItemsRemoveInput:
    skus: list[str] = column(f"SKUs of 1 to {KEPT} products.")


@strawberry.input(description="A product that a shopper looks at.")
class ProductViewRecordInput:
    sku: str = column("Stock keeping unit of the product.")


@strawberry.type(description="What is being compared after the change.")
class CompareListPayload(Payload):
    is_changed: strawberry.Private[bool] = False

    @strawberry.field(
        graphql_type=list[ShownBrowsedProduct],
        description=f"Products that are being compared, {OLDEST} Empty when refused.",
        metadata={"assumed": 5},
    )
    async def compare_list(self, info: Info) -> Any:
        return await _show_own(info.context, "listed") if self.is_changed else []


@strawberry.type(description="Result of `productViewRecord`.")
class ProductViewRecordPayload(Payload):
    is_recorded: bool = strawberry.field(
        description="Whether it is among what was looked at; not for staff who are signed in as the customer.",
        default=False,
    )


async def _show_own(context: Context, name: str) -> Any:
    visitor, customer_id = context.caller.visitor, context.viewer.customer_id
    if customer_id is not None:
        row = await context.load(browsing_by_customer, customer_id)
    elif visitor is not None:
        row = await context.load(browsing_by_visitor, hash_token(visitor))
    else:
        row = None
    return await show_browsed(context, row, name)


@strawberry.type
class BrowsingQuery:
    @open_field(
        graphql_type=list[ShownBrowsedProduct],
        assumed=5,
        description=f"Products that are being compared, of {_WHO}, {OLDEST} Empty for everybody else.",
    )
    async def compare_list(self, info: Info) -> Any:
        return await _show_own(info.context, "listed")

    @open_field(
        graphql_type=list[ShownBrowsedProduct],
        assumed=5,
        description=f"Products that were compared, of {_WHO}, {OLDEST} Empty for everybody else.",
    )
    async def recently_compared(self, info: Info) -> Any:
        return await _show_own(info.context, "compared")

    @open_field(
        graphql_type=list[ShownBrowsedProduct],
        assumed=5,
        description=f"Products that were looked at, of {_WHO}, {OLDEST} Empty for everybody else.",
    )
    async def recently_viewed(self, info: Info) -> Any:
        return await _show_own(info.context, "viewed")


@strawberry.type
class BrowsingMutation:
    @guest_mutation(
        description=f"Compare products, in the list of {_WHO}. The newest {KEPT} are kept. {_NOT_FOUND} {_ENDS} Undone by "
        "`compareItemsRemove`."
    )
    async def compare_items_add(self, info: Info, input: Annotated[CompareItemsAddInput, INPUT]) -> CompareListPayload:
        context = info.context
        shopper, products = await _find_products_for_shopper(context, input.skus)
        async with context.transaction() as connection:
            await add_products(connection, shopper, ("listed", "compared"), products)
        return CompareListPayload(is_changed=True)

    @guest_mutation(
        description=f"Compare products no longer, in the list of {_WHO}; they stay among those that were compared. {_NOT_FOUND} {_ENDS} "
        "Undone by `compareItemsAdd`."
    )
    async def compare_items_remove(
        self, info: Info, input: Annotated[CompareItemsRemoveInput, INPUT]
    ) -> CompareListPayload:
        context = info.context
        shopper, products = await _find_products_for_shopper(context, input.skus)
        async with context.transaction() as connection:
            await remove_products(connection, shopper, products)
        return CompareListPayload(is_changed=True)

    @guest_mutation(description=f"Compare nothing any more, in the list of {_WHO}. {_ENDS} Cannot be undone.")
    async def compare_items_clear(self, info: Info) -> CompareListPayload:
        context = info.context
        shopper = await _require_shopper(context)
        async with context.transaction() as connection:
            await remove_products(connection, shopper)
        return CompareListPayload(is_changed=True)

    @guest_mutation(
        unlimited=True,
        description=f"Record that a product is looked at, by {_WHO}. The newest {KEPT} are kept. `NOT_FOUND` for "
        f"a SKU under which nothing is sold on the website of `X-Store-View`. {_ENDS} Cannot be undone.",
    )
    async def product_view_record(
        self, info: Info, input: Annotated[ProductViewRecordInput, INPUT]
    ) -> ProductViewRecordPayload:
        context = info.context
        if context.viewer.is_impersonated:
            return ProductViewRecordPayload()
        shopper, products = await _find_products_for_shopper(context, [input.sku], path=["sku"])
        async with context.transaction() as connection:
            await add_products(connection, shopper, ("viewed",), products)
        return ProductViewRecordPayload(is_recorded=True)


async def _find_products_for_shopper(
    context: Context, skus: list[str], *, path: list[str] | None = None
) -> tuple[BrowsingShopper, list[int]]:
    """Whose list, and which products; `path` is where a single SKU stands. Raises `RuleError` and `RuleErrors`."""
    if not 1 <= len(skus) <= KEPT:
        raise _COUNT_WRONG(path=["skus"], limit=KEPT)
    shopper = await _require_shopper(context)
    async with context.database.reads.acquire() as connection:
        view = await find_view_of_shopper(connection, context)
        return shopper, await find_products(connection, view.website_id, skus, path=path)


async def _require_shopper(context: Context) -> BrowsingShopper:
    """Raises `RuleError` for a visitor without a token, and `RateLimited`."""
    refuse_ended_token(context)
    customer_id, visitor = context.viewer.customer_id, context.caller.visitor
    if customer_id is None and visitor is None:
        raise VISITOR_MISSING()
    await count_call_of_address(
        context,
        "browsing",
        limit=CHANGES_PER_MINUTE,
        window=dt.timedelta(minutes=1),
        message="Too many changes came from this network address.",
    )
    if customer_id is not None:
        return customer_shopper(customer_id)
    assert visitor is not None
    return visitor_shopper(visitor)


QUERIES: Final = (BrowsingQuery,)
MUTATIONS: Final = (BrowsingMutation,)
