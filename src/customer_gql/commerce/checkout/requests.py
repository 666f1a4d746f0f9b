"""Keys by which shoppers repeat an order without placing a second one (docs/domain/checkout.md#checkout-2)."""

from typing import Any

from customer_gql.core.errors import IdempotencyConflict
from customer_gql.core.values.idempotency_keys import hash_input
from customer_gql.database.statements import Connection, fetch_row, insert_row

from .tables import order_request


async def find_placed_order(connection: Connection, owner: int, key: str, body: Any) -> int | None:
    """What the key placed. Raises `IdempotencyConflict` when that was with other values."""
    found = await fetch_row(connection, order_request, {"customer_id": owner, "idempotency_key": key})
    if found is None:
        return None
    if found.body_hash != hash_input(body):
        raise IdempotencyConflict("This idempotencyKey was used for another order. Use a new key.")
    return found.order_id


async def remember_order(connection: Connection, owner: int, key: str, body: Any, cart_id: int, order_id: int) -> None:
    row = {"customer_id": owner, "idempotency_key": key, "body_hash": hash_input(body)}
    await insert_row(connection, order_request, {**row, "cart_id": cart_id, "order_id": order_id})
