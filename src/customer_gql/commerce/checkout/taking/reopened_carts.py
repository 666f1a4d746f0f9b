"""The cart of an order whose payment was declined is open once more (docs/domain/payments.md#payments-4)."""

import asyncpg
from sqlalchemy import select

from customer_gql.commerce.carts.tables import cart
from customer_gql.commerce.checkout.tables import order_request
from customer_gql.commerce.orders.workflow.writes import LockedOrder
from customer_gql.core.clock import read_clock
from customer_gql.database.statements import Connection, fetch_one, update_rows
from customer_gql.database.transactions import transaction


async def reopen_cart(connection: Connection, order: LockedOrder) -> None:
    """Unless the shopper began another one meanwhile, which stays as it is."""
    of_order = (order_request.c.customer_id == order.row.customer_id, order_request.c.order_id == order.row.id)
    placed = await fetch_one(connection, select(order_request.c.cart_id).where(*of_order).limit(1))
    if placed is None:
        return
    of_cart = {"customer_id": order.row.customer_id, "id": placed.cart_id}
    is_same = (cart.c.customer_id == of_cart["customer_id"], cart.c.id == of_cart["id"])
    closed = await fetch_one(connection, select(cart).where(*is_same).with_for_update())
    if closed is None or closed.is_active or await _has_another(connection, closed.customer_id, closed.website_id):
        return
    values = {"is_active": True, "version": closed.version + 1, "updated_at": max(read_clock(), closed.updated_at)}
    try:
        async with transaction(connection):
            await update_rows(connection, cart, of_cart, values)
    except asyncpg.UniqueViolationError:
        return  # another one was begun just now


async def _has_another(connection: Connection, customer_id: int, website_id: int) -> bool:
    of_owner = (cart.c.customer_id == customer_id, cart.c.website_id == website_id, cart.c.is_active)
    return await fetch_one(connection, select(cart.c.id).where(*of_owner)) is not None
