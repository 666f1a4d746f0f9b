import datetime as dt
from typing import Annotated, Any, Final

import strawberry

from customer_gql.commerce.orders.types import OrderLink
from customer_gql.commerce.orders.workflow.types import OrderPayload
from customer_gql.commerce.orders.workflow.writes import MAX_TEXT, ORDER_NOT_FOUND
from customer_gql.core.text import find_text_fault
from customer_gql.core.values.emails import normalize_email
from customer_gql.core.viewer import ViewerKind
from customer_gql.database.statements import Row
from customer_gql.graph.context import Context, Info
from customer_gql.graph.fields import column
from customer_gql.graph.payloads import Payload
from customer_gql.graph.roots import INPUT, guest_mutation, open_field
from customer_gql.security.throttle import peer_key, require_within, take_back

from .reads import OrderLookup, find_order_of_lookup, find_order_of_token
from .writes import confirm_cancellation, request_cancellation

LOOKUPS: Final = 10
WINDOW: Final = dt.timedelta(minutes=10)
_LONGEST: Final = 320
_TOO_MANY: Final = "Too many orders were looked up from this network address."
_LIMIT: Final = f"At most {LOOKUPS} wrong ones in 10 minutes from one network, then `RATE_LIMITED`."


@strawberry.input(description="An order of a guest, by what the guest knows about it.")
class GuestOrderLookup:
    number: str = column("Order number, exactly as it is shown.")
    email: str = column("E-mail address that the order was placed with.")
    last_name: str = column("Last name in the billing address, without regard to case and accents.")


@strawberry.input(one_of=True, description="An order of a guest, named in exactly one way.")
class GuestOrderRef:
    token: strawberry.Maybe[str] = column("The `guestOrderToken` that `orderPlace` answered.")
    lookup: strawberry.Maybe[GuestOrderLookup] = column("Number, e-mail address and last name.")


@strawberry.input(description="An order of a guest that is to be canceled.")
class GuestOrderCancelRequestInput:
    by: GuestOrderRef = column("The order.")
    reason: str | None = strawberry.field(
        description=f"One of `orders.cancellation_reasons`, at most {MAX_TEXT:,} characters; required.", default=None
    )


@strawberry.input(description="The link that cancels an order of a guest.")
class GuestOrderCancelConfirmInput:
    token: str = column("Token of the link in the mail.")


@strawberry.type(description="Result of asking for the cancellation of an order; the link is in the mail.")
class GuestOrderCancelRequestPayload(Payload):
    pass


@strawberry.type
class GuestOrderQuery:
    @open_field(
        graphql_type=OrderLink | None,
        description="An order that was placed without an account. Null for a token that is unknown, and alike for whatever is wrong "
        f"with number, e-mail address or last name. {_LIMIT}",
    )
    async def guest_order(
        self, info: Info, by: Annotated[GuestOrderRef, strawberry.argument(description="The order.")]
    ) -> Any:
        return await _find_named_order(info.context, by)


@strawberry.type
class GuestOrderMutation:
    @guest_mutation(
        exclusive=True,
        description="Have a link mailed that cancels an order of a guest as a whole, where `orders.cancellation_enabled` lets "
        "shoppers do so, with one of the reasons in `orders.cancellation_reasons`. The link works once, for 24 hours, and ends older "
        "ones. `NOT_FOUND` for whatever is wrong with the order that is named; `NOT_ALLOWED` once anything of it was charged or "
        f"sent, and in states other than `NEW` and `PROCESSING`. {_LIMIT} Cancels nothing yet.",
    )
    async def guest_order_cancel_request(
        self, info: Info, input: Annotated[GuestOrderCancelRequestInput, INPUT]
    ) -> GuestOrderCancelRequestPayload:
        found = await _find_named_order(info.context, input.by)
        if found is None:
            raise ORDER_NOT_FOUND(path=["by"])
        async with info.context.transaction() as connection:
            await request_cancellation(connection, found, input.reason)
        return GuestOrderCancelRequestPayload()

    @guest_mutation(
        exclusive=True,
        description="Cancel the order of the link that `guestOrderCancelRequest` mailed. `INVALID` for a link that was used, replaced "
        "or is too old; `NOT_ALLOWED` when the order cannot be canceled any more. Writes what happened to the order, and events. "
        "Cannot be undone.",
    )
    async def guest_order_cancel_confirm(
        self, info: Info, input: Annotated[GuestOrderCancelConfirmInput, INPUT]
    ) -> OrderPayload:
        async with info.context.transaction() as connection:
            key = await confirm_cancellation(connection, input.token, address=info.context.caller.address or None)
        return OrderPayload(order_key=key)


async def _find_named_order(context: Context, by: GuestOrderRef) -> Row | None:
    """Raises `RateLimited`. A look-up is counted before it is judged, and taken back when it was right."""
    if by.token is not None:
        async with context.database.reads.acquire() as connection:
            return await find_order_of_token(connection, by.token.value)
    assert by.lookup is not None
    lookup, key = _read_lookup(by.lookup.value), peer_key(ViewerKind.GUEST, "order_lookup", context.caller.address)
    async with context.database.writes.acquire() as connection:
        await require_within(connection, key, limit=LOOKUPS, window=WINDOW, message=_TOO_MANY)
        found = None if lookup is None else await find_order_of_lookup(connection, lookup)
        if found is not None:
            await take_back(connection, [key])
        return found


def _read_lookup(given: GuestOrderLookup) -> OrderLookup | None:
    """None for what no order can have."""
    texts = (given.number, given.email, given.last_name)
    if any(len(text) > _LONGEST or find_text_fault(text) is not None for text in texts):
        return None
    return OrderLookup(given.number.strip(), normalize_email(given.email.strip()), given.last_name)


QUERIES: Final = (GuestOrderQuery,)
MUTATIONS: Final = (GuestOrderMutation,)
