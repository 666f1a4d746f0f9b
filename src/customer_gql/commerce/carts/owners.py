"""Whose cart a request of the storefront is about (docs/domain/carts.md#carts-6): that of the customer who is signed in, of the
guest whose token it brings, or of the customer that the device remembers."""

from typing import Final

from customer_gql.commerce.guests.writes import find_guest
from customer_gql.core.errors import Unauthenticated
from customer_gql.core.viewer import TOKEN_HAS_ENDED
from customer_gql.customers.accounts.sessions.remembered import find_remembered, shows_remembered_carts
from customer_gql.database.statements import Connection, Row
from customer_gql.graph.context import Context
from customer_gql.shop.websites.reads import find_requested_view

from .writes import CART_TOKEN_UNKNOWN

_SIGN_IN: Final = "Sign in: send a customer token as `Authorization: Bearer …`."


def refuse_ended_token(context: Context) -> None:
    """A shopper who believes to be signed in must not fill the cart of a guest."""
    if context.viewer.token_has_ended:
        raise Unauthenticated(TOKEN_HAS_ENDED)


async def find_view_of_shopper(connection: Connection, context: Context) -> Row:
    """The store view that the request is about, with its website."""
    return await find_requested_view(connection, context.caller.store_view, website_id=context.viewer.website_id)


async def find_cart_owner(connection: Connection, context: Context, website_id: int) -> int | None:
    """The id under which the cart is stored; None for a guest without one. Raises `RuleError` for an unknown cart token."""
    if context.viewer.customer_id is not None:
        return context.viewer.customer_id
    if context.cart_token is not None:
        found = await find_guest(connection, context.cart_token)
        if found is None:
            raise CART_TOKEN_UNKNOWN()
        return found
    if context.persistent_token is None or not await shows_remembered_carts(connection, website_id=website_id):
        return None
    found = await find_remembered(connection, context.persistent_token, website_id=website_id)
    return None if found is None else found.customer_id


def require_shopper(context: Context) -> None:
    """Personal facts of a cart are those of the customer, which a device that only remembers them does not see or set."""
    refuse_ended_token(context)
    if context.viewer.customer_id is None and context.cart_token is None and context.persistent_token is not None:
        raise Unauthenticated(_SIGN_IN)
