"""Orders that are old enough go into the archive, and all of them out of it where the shop has none
(docs/domain/orders.md#orders-20)."""

import datetime as dt
from typing import Any, Final

from sqlalchemy import ColumnElement, select

from customer_gql.commerce.orders.statuses.tables import OrderState
from customer_gql.commerce.orders.tables import ARCHIVABLE, sales_order
from customer_gql.commerce.orders.workflow.actions import ORDER_RULES, OrderAction
from customer_gql.commerce.orders.workflow.writes import lock_order
from customer_gql.core.actor import SYSTEM
from customer_gql.core.clock import read_clock
from customer_gql.database.statements import Connection, fetch_rows
from customer_gql.messaging.jobs.work import Tools
from customer_gql.shop.settings.reads import settings_at

from .settings import ARCHIVE_DAYS, ARCHIVE_ENABLED
from .writes import archive_order, restore_order

BATCH: Final = 200
"""Orders of a transaction."""

assert ORDER_RULES[OrderAction.ARCHIVE].states == {OrderState.COMPLETE, OrderState.CLOSED}, "`ARCHIVABLE` names them"


async def keep_archive(tools: Tools) -> None:
    """Batch by batch, until nothing is left to do."""
    while not tools.stop.is_set():
        async with tools.database.transaction() as connection:
            if await _move_batch(connection) < BATCH:
                return


async def _move_batch(connection: Connection) -> int:
    shop = await settings_at(connection, ARCHIVE_ENABLED, ARCHIVE_DAYS)
    if not shop[ARCHIVE_ENABLED]:
        keys = await _lock_orders(connection, sales_order.c.archived_at.is_not(None), sales_order.c.archived_at)
        for key in keys:
            await restore_order(connection, await lock_order(connection, key, websites=None), by=SYSTEM)
        return len(keys)
    before = read_clock() - dt.timedelta(days=shop[ARCHIVE_DAYS])
    keys = await _lock_orders(connection, ARCHIVABLE & (sales_order.c.placed_at < before), sales_order.c.placed_at)
    for key in keys:
        await archive_order(connection, await lock_order(connection, key, websites=None), by=SYSTEM)
    return len(keys)


async def _lock_orders(
    connection: Connection, condition: ColumnElement[bool], oldest: ColumnElement[Any]
) -> list[tuple[int, int]]:
    """Those that somebody else changes now are left for the next time."""
    key = (sales_order.c.customer_id, sales_order.c.id)
    found = select(*key).where(condition).order_by(oldest, *key).limit(BATCH).with_for_update(skip_locked=True)
    return sorted((row.customer_id, row.id) for row in await fetch_rows(connection, found))
