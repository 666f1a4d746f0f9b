"""Carts that nobody changed for their whole lifetime go, and guests with their last one (docs/domain/carts.md#carts-7)."""

import datetime as dt
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, select

from customer_gql.commerce.guests.tables import guest
from customer_gql.commerce.orders.tables import sales_order
from customer_gql.core.clock import read_clock
from customer_gql.database.distribution.forms import are_forms_distributed, lock_rows_of_customers
from customer_gql.database.statements import Connection, equals_any, execute_statement, fetch_rows
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
        for since in (cart.c.updated_at, cart.c.merged_at):
            while await _delete_batch(tools, website_id, since, before) == BATCH:
                pass


async def _delete_batch(tools: Tools, website_id: int, since: ColumnElement[Any], before: dt.datetime) -> int:
    """How many carts there were, open ones by their last change or merged ones. One that a shopper changes right now is left for the
    next time."""
    kind = cart.c.is_active if since is cart.c.updated_at else cart.c.merged_at.is_not(None)
    of_website = (cart.c.website_id == website_id, kind, since < before)
    oldest = select(cart.c.customer_id, cart.c.id).where(*of_website).order_by(since).limit(BATCH)
    async with tools.database.transaction() as connection:
        if are_forms_distributed():  # rows of several machines are locked customer by customer, and none is skipped
            found = await fetch_rows(connection, oldest)
            each = select(cart.c.customer_id, cart.c.id).where(*of_website).order_by(cart.c.id)
            locked = await lock_rows_of_customers(
                connection, each, cart.c.customer_id, [row.customer_id for row in found]
            )
        else:
            locked = found = await fetch_rows(connection, oldest.with_for_update(skip_locked=True))
        owners = sorted({row.customer_id for row in locked})
        ids = [row.id for row in locked]
        await execute_statement(
            connection, delete(cart).where(equals_any(cart.c.customer_id, owners), equals_any(cart.c.id, ids))
        )
        await _delete_guests(connection, owners)
    return len(found)


async def _delete_guests(connection: Connection, customer_ids: list[int]) -> None:
    """Those who have no cart and no order left. They lie by their tokens, so that what is left is looked up first."""
    left = set[int]()
    for of in (cart, sales_order):
        kept = select(of.c.customer_id).where(equals_any(of.c.customer_id, customer_ids)).distinct()
        left |= {row.customer_id for row in await fetch_rows(connection, kept)}
    gone = [id for id in customer_ids if id not in left]
    await execute_statement(connection, delete(guest).where(equals_any(guest.c.customer_id, gone)))
