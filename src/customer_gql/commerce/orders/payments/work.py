"""Payments whose provider has to be asked, and orders that nobody paid (docs/domain/payments.md#payments-5)."""

import datetime as dt
from typing import Any, Final

from sqlalchemy import select, update

from customer_gql.commerce.orders.statuses.tables import OrderState
from customer_gql.commerce.orders.tables import sales_order
from customer_gql.commerce.orders.workflow.writes import cancel_order, lock_order
from customer_gql.commerce.payments.settings import PENDING_MINUTES
from customer_gql.commerce.payments.test_psp.access import use_test_psp
from customer_gql.core.actor import SYSTEM
from customer_gql.core.clock import read_clock
from customer_gql.database.statements import Connection, Row, fetch_one, fetch_rows
from customer_gql.messaging.jobs.work import Tools
from customer_gql.shop.settings.reads import setting
from customer_gql.shop.websites.reads import ALL_WEBSITES
from customer_gql.shop.websites.tables import store, store_view

from .asking import check_payment
from .captures import finish_captures
from .reads import find_due_payments
from .tables import OrderPaymentState, order_payment as payment

AT_ONCE: Final = 20
_LEASE: Final = dt.timedelta(minutes=2)
"""Longer than a provider is waited for."""
BATCH: Final = 200
_NOT_PAID: Final = "The order was not paid in time."


async def settle_payments(tools: Tools) -> int:
    """Ask about those that are due; how many there were."""
    use_test_psp(tools.settings)
    async with tools.database.writes.acquire() as connection:
        due = await find_due_payments(connection, read_clock(), AT_ONCE)
        taken = [row for row in due if await _take_payment(connection, row)]
    for row in taken:
        if tools.stop.is_set():
            break
        if row.state == OrderPaymentState.AUTHORIZED.value:
            await finish_captures(tools.database, row)
        else:
            await check_payment(tools.database, row)
    return len(taken)


async def _take_payment(connection: Connection, row: Row) -> bool:
    """Whether nobody else asks about it: those who see the same time are told apart by who changes it first."""
    key = (payment.c.customer_id == row.customer_id, payment.c.order_id == row.order_id, payment.c.id == row.id)
    later: Any = None if row.state == OrderPaymentState.AUTHORIZED.value else read_clock() + _LEASE
    taken = update(payment).where(*key, payment.c.check_at == row.check_at).values(check_at=later)
    return await fetch_one(connection, taken.returning(payment.c.id)) is not None


async def cancel_unpaid_orders(tools: Tools) -> None:
    async with tools.database.reads.acquire() as connection:
        websites = await fetch_rows(connection, ALL_WEBSITES)
        minutes = {site.id: await setting(connection, PENDING_MINUTES, website_id=site.id) for site in websites}
    for website_id, most in minutes.items():
        before, after = read_clock() - dt.timedelta(minutes=most), (0, 0)
        while not tools.stop.is_set():
            keys = await _find_unpaid(tools, website_id, before, after)
            for key in keys:
                await _cancel_unpaid(tools, key)
            if len(keys) < BATCH:
                break
            after = keys[-1]


async def _find_unpaid(
    tools: Tools, website_id: int, before: dt.datetime, after: tuple[int, int]
) -> list[tuple[int, int]]:
    """Of orders that a provider is paid for, those behind a key."""
    order = sales_order
    is_same = (payment.c.customer_id == order.c.customer_id) & (payment.c.order_id == order.c.id)
    found = (
        select(order.c.customer_id, order.c.id)
        .join(payment, is_same)
        .join(store_view, store_view.c.id == order.c.store_view_id)
        .join(store, store.c.id == store_view.c.store_id)
        .where(order.c.state == OrderState.PENDING_PAYMENT.value, order.c.placed_at < before)
        .where(store.c.website_id == website_id)
        .where((order.c.customer_id > after[0]) | ((order.c.customer_id == after[0]) & (order.c.id > after[1])))
        .order_by(order.c.customer_id, order.c.id)
        .limit(BATCH)
    )
    async with tools.database.writes.acquire() as connection:
        return [(row.customer_id, row.id) for row in await fetch_rows(connection, found)]


async def _cancel_unpaid(tools: Tools, key: tuple[int, int]) -> None:
    """Unless it was paid a moment ago; what the provider may hold is voided."""
    async with tools.database.transaction() as connection:
        order = await lock_order(connection, key, websites=None)
        if order.facts.state is OrderState.PENDING_PAYMENT and order.facts.to_cancel:
            await cancel_order(connection, order, reason=_NOT_PAID, by=SYSTEM)
