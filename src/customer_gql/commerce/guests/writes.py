"""Guests come with the first thing that they put into a cart, and go with their carts (docs/domain/carts.md#carts-5)."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import Final

from customer_gql.core.ids import new_id
from customer_gql.core.viewer import ViewerKind
from customer_gql.database.statements import Connection, Row, delete_rows, fetch_row, insert_row
from customer_gql.security import tokens
from customer_gql.security.throttle import peer_key, require_within

from .tables import guest, guest_order

GUESTS_PER_HOUR: Final = 600
"""From one network address, behind which a whole office may be."""
_TOO_MANY: Final = "Too many new carts came from this network address."


async def find_guest(connection: Connection, token: str) -> int | None:
    """The id of a guest; None for a token that is unknown, or whose carts are gone."""
    found = await fetch_row(connection, guest, {"token_hash": tokens.hash_token(token)})
    return None if found is None else found.customer_id


async def count_new_guest(connection: Connection, address: str | None) -> None:
    """Raises `RateLimited`. Commit the count before anything is made."""
    key = peer_key(ViewerKind.GUEST, "new_cart", address)
    await require_within(connection, key, limit=GUESTS_PER_HOUR, window=dt.timedelta(hours=1), message=_TOO_MANY)


async def add_guest(connection: Connection) -> tuple[int, str]:
    """The id and the token of a new guest; the token is stored nowhere."""
    id, token = new_id(), tokens.new_token(tokens.CART)
    await insert_row(connection, guest, {"token_hash": tokens.hash_token(token), "customer_id": id})
    return id, token


async def delete_guests(connection: Connection, ids: Sequence[int]) -> None:
    """Their tokens open nothing any more."""
    await delete_rows(connection, guest, {"customer_id": list(ids)})


async def forget_guest(connection: Connection, token: str) -> None:
    """The token opens nothing any more."""
    await delete_rows(connection, guest, {"token_hash": tokens.hash_token(token)})


def derive_order_token(cart_token: str, order_id: int) -> str:
    """The token of an order that a guest placed: the same whenever it is asked for with the token of the cart, which knows 256
    random bits, and useless for the cart."""
    return tokens.GUEST_ORDER + hashlib.sha256(f"{tokens.GUEST_ORDER}{order_id}:{cart_token}".encode()).hexdigest()


async def add_guest_order(connection: Connection, token: str, customer_id: int, order_id: int) -> None:
    row = {"token_hash": tokens.hash_token(token), "customer_id": customer_id, "order_id": order_id}
    await insert_row(connection, guest_order, row)


async def find_guest_order(connection: Connection, token: str) -> Row | None:
    """The order that the token opens: its `customer_id` and `order_id`."""
    return await fetch_row(connection, guest_order, {"token_hash": tokens.hash_token(token)})
