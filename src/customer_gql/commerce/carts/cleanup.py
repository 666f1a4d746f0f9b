"""Carts that nobody changed for their whole lifetime go, and guests with their last one (docs/domain/carts.md#carts-7)."""

import datetime as dt
from typing import Final

from sqlalchemy import delete, exists, select

from customer_gql.commerce.guests.tables import guest
from customer_gql.commerce.orders.tables import sales_order
from customer_gql.core.clock import read_clock
from customer_gql.database.statements import equals_any, execute_statement, fetch_rows
from customer_gql.messaging.jobs.work import Tools
from customer_gql.shop.settings.reads import setting
from customer_gql.shop.websites.reads import ALL_WEBSITES

from .settings import LIFETIME
from .tables import cart

BATCH: Final = 500


async def delete_expired_carts(tools: Tools) -> None:
    async with tools.database.reads.acquire() as connection:
        websites = await fetch_rows(connection, ALL_WEBSITES)
        days = {site.id: await setting(connection, LIFETIME, website_id=site.id) for site in websites}
    for website_id, lifetime in days.items():
        before = read_clock() - dt.timedelta(days=lifetime)
        while await _delete_batch(tools, website_id, before) == BATCH:
            pass


async def _delete_batch(tools: Tools, website_id: int, before: dt.datetime) -> int:
    """How many carts there were. One that a shopper changes right now is left for the next time."""
    of_website = (cart.c.website_id == website_id, cart.c.is_active, cart.c.updated_at < before)
    oldest = select(cart.c.customer_id, cart.c.id).where(*of_website).order_by(cart.c.updated_at).limit(BATCH)
    async with tools.database.transaction() as connection:
        found = await fetch_rows(connection, oldest.with_for_update(skip_locked=True))
        owners = sorted({row.customer_id for row in found})
        ids = [row.id for row in found]
        await execute_statement(
            connection, delete(cart).where(equals_any(cart.c.customer_id, owners), equals_any(cart.c.id, ids))
        )
        is_left = exists().where(cart.c.customer_id == guest.c.customer_id) | exists().where(
            sales_order.c.customer_id == guest.c.customer_id
        )
        await execute_statement(connection, delete(guest).where(equals_any(guest.c.customer_id, owners), ~is_left))
    return len(found)
