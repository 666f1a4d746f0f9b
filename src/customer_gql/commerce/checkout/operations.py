import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, Final

import strawberry

from customer_gql.commerce.carts.operations import count_change
from customer_gql.commerce.carts.owners import find_cart_owner, find_view_of_shopper, require_shopper
from customer_gql.commerce.carts.reads import carts_by_website
from customer_gql.commerce.carts.shown.loaded_prices import load_priced_cart
from customer_gql.commerce.carts.writes import CART_NOT_FOUND
from customer_gql.commerce.guests.writes import derive_order_token
from customer_gql.commerce.orders.reads import orders_by_id
from customer_gql.commerce.orders.types import OrderLink
from customer_gql.commerce.orders.workflow.writes import validate_order_text
from customer_gql.core.actor import actor_of
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.values.idempotency_keys import MAX_KEY, validate_idempotency_key
from customer_gql.core.viewer import ViewerKind
from customer_gql.graph.context import Context, Info
from customer_gql.graph.fields import column
from customer_gql.graph.payloads import Payload
from customer_gql.graph.roots import INPUT, guest_mutation
from customer_gql.security.throttle import Budget, count_each_within, counter_key, peer_key
from customer_gql.shop.settings.reads import settings_at

from .paying import PaymentAction, pay_order
from .placing import CHANGED, OrderRequest, Placed, Quote, place_order
from .requests import find_placed_order
from .settings import PER_MINUTE_OF_CUSTOMER, PER_MINUTE_OF_GUESTS, RATE_LIMIT_ENABLED

_TRIES: Final = 3
_TOO_MANY: Final = Refusal(
    "order.too_many", "Too many orders were placed. Try again in a minute.", UserErrorCode.LIMIT_REACHED
)
_RATE: Final = (RATE_LIMIT_ENABLED, PER_MINUTE_OF_CUSTOMER, PER_MINUTE_OF_GUESTS)


@strawberry.input(description="The order of a cart.")
class OrderPlaceInput:
    idempotency_key: str = column(
        f"Key of this order, 1 to {MAX_KEY} printable characters chosen by the caller. A repeat with the same values gets the same "
        "answer and places nothing more."
    )
    expected_grand_total: Decimal = column("Grand total that the shopper has seen, in the currency of the cart.")
    comment: str | None = strawberry.field(
        description="What the shopper writes to the shop, at most 4,000 characters.", default=None
    )


@strawberry.type(description="The order that was placed.")
class OrderPlacePayload(Payload):
    key: strawberry.Private[tuple[int, int] | None] = None
    guest_order_token: str | None = strawberry.field(
        description="Opens the order to a guest; null for customers, and when refused.", default=None
    )

    payment_action: PaymentAction | None = strawberry.field(
        description="What the shopper does next so that the order is paid; null for nothing.", default=None
    )

    @strawberry.field(graphql_type=OrderLink | None, description="The order; null when refused.")
    async def order(self, info: Info) -> Any:
        return None if self.key is None else await info.context.load(orders_by_id, self.key)


@strawberry.type
class CheckoutMutation:
    @guest_mutation(
        exclusive=True,
        description="Order the viewer's cart on the website of `X-Store-View`, of the customer who is signed in, else of the guest "
        "whose token is in `X-Cart-Token`. Takes stock, uses of coupons and a number. `NOT_ALLOWED`, with all that hinders: "
        "`cart.empty`, `cart.incomplete`, `cart.minimum_amount`, `product.not_salable`, `product.insufficient_stock`, "
        "`coupon.used_up`, `order.guard`; `cart.changed` where it comes to another total than the expected one, `cart.ordered` for "
        "a cart that was ordered. Where the method has a provider, it is asked for the payment then: the order is `PROCESSING`, "
        "`PAYMENT_REVIEW`, or without an answer `PENDING_PAYMENT`; `payment.declined` where it refuses, and the cart is open once "
        "more. `LIMIT_REACHED` over `orders.per_minute_of_…`. Writes the order, its event and a mail. Undone by "
        "canceling the order.",
    )
    async def order_place(self, info: Info, input: Annotated[OrderPlaceInput, INPUT]) -> OrderPlacePayload:
        context = info.context
        require_shopper(context)
        validate_idempotency_key(input.idempotency_key)
        comment = validate_order_text(input.comment, ["comment"])
        request = await _read_request(context, input, comment)
        async with context.database.writes.acquire() as connection:
            found = await find_placed_order(connection, request.owner, request.idempotency_key, request.body)
        if found is None:
            await _count_order(context, request)
        placed = Placed(found) if found is not None else await _place_or_retry(context, request)
        key = (request.owner, placed.order_id)
        action = await pay_order(context.database, key, placed.payment_token)
        is_guest = context.viewer.kind is ViewerKind.GUEST
        token = derive_order_token(request.cart_token, placed.order_id) if is_guest and request.cart_token else None
        return OrderPlacePayload(key=key, guest_order_token=token, payment_action=action)


async def _read_request(context: Context, input: OrderPlaceInput, comment: str | None) -> OrderRequest:
    async with context.database.reads.acquire() as connection:
        view = await find_view_of_shopper(connection, context)
        owner = await find_cart_owner(connection, context, view.website_id)
    if owner is None:
        raise CART_NOT_FOUND()
    return OrderRequest(
        owner=owner,
        website_id=view.website_id,
        store_view_id=view.id,
        idempotency_key=input.idempotency_key,
        expected_grand_total=input.expected_grand_total,
        comment=comment,
        cart_token=context.cart_token if context.viewer.customer_id is None else None,
    )


async def _place_or_retry(context: Context, request: OrderRequest) -> Placed:
    """Asks for the price of shipping before each try; a cart that is changed all the time is told as such."""
    for _ in range(_TRIES):
        quote = await _ask_quote(context, request)
        async with context.transaction() as connection:
            placed = await place_order(connection, request, quote, by=actor_of(context.viewer))
        if placed is not None:
            return placed
    raise CHANGED()


async def _ask_quote(context: Context, request: OrderRequest) -> Quote | None:
    row = await context.load(carts_by_website, (request.owner, request.website_id))
    if row is None:
        return None
    priced = await load_priced_cart(context, row)
    return Quote(row.id, row.version, priced.question, priced.rate)


async def _count_order(context: Context, request: OrderRequest) -> None:
    """Raises `RuleError` over the rate; committed before anything is placed."""
    await count_change(context, request.owner)
    async with context.database.transaction() as connection:
        shop = await settings_at(connection, *_RATE, website_id=request.website_id)
        if not shop[RATE_LIMIT_ENABLED]:
            return
        if context.viewer.customer_id is not None:
            key, most = counter_key("orders", str(request.owner)), shop[PER_MINUTE_OF_CUSTOMER]
        else:
            key = peer_key(ViewerKind.GUEST, "orders", context.caller.address)
            most = shop[PER_MINUTE_OF_GUESTS]
        is_within = all(await count_each_within(connection, [Budget(key, most, dt.timedelta(minutes=1))]))
    if not is_within:
        raise _TOO_MANY()


MUTATIONS: Final = (CheckoutMutation,)
