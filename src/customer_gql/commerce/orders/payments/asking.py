"""Questions to providers, all of them outside of transactions (docs/domain/payments.md#payments-4)."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

import structlog

from customer_gql.commerce.orders.workflow.writes import lock_order
from customer_gql.commerce.payments.ports import PaymentAnswer, PaymentFailed, PaymentPort, find_port
from customer_gql.core.clock import read_clock
from customer_gql.database.pools import Database
from customer_gql.database.statements import Row

from .reads import find_payment
from .tables import OrderPaymentState as State, PaymentStep
from .writes import apply_answer, lock_payment, public_key

log = structlog.get_logger("payments")
_POLL_SECONDS: Final = 0.2


async def authorize_payment(database: Database, key: Sequence[int], token: str) -> None:
    """`key` is that of an order whose payment was begun a moment ago."""
    row = await read_payment(database, key)
    assert row is not None, "it was stored with the order"
    answer = await ask_provider(row, lambda port: port.authorize(public_key(row), row.amount, row.currency, token))
    await store_answer(database, row, PaymentStep.AUTHORIZE, answer)


async def wait_for_answer(database: Database, key: Sequence[int]) -> None:
    """Until the provider has answered somebody else who asks it now, or somebody is to ask it again."""
    while True:
        row = await read_payment(database, key)
        if row is None or row.state != State.PENDING.value or row.check_at is None or row.check_at <= read_clock():
            return
        if row.check_count:
            return
        await asyncio.sleep(_POLL_SECONDS)


async def check_payment(database: Database, row: Row, *, message_id: str | None = None) -> bool:
    """Ask what became of a payment, or void it once more. Whether an answer came."""
    key = public_key(row)
    if row.state == State.VOIDING.value:
        answer = await ask_provider(row, lambda port: port.void(key))
        step = PaymentStep.VOID
    else:
        answer = await ask_provider(row, lambda port: port.status(key))
        step = PaymentStep.STATUS if message_id is None else PaymentStep.WEBHOOK
    await store_answer(database, row, step, answer, message_id=message_id)
    return answer is not None


async def ask_provider(row: Row, ask: Callable[[PaymentPort], Awaitable[PaymentAnswer]]) -> PaymentAnswer | None:
    """None where no answer came, which somebody asks for later."""
    port = find_port(row.method)
    if port is None:
        log.warning("no_provider", method=row.method, payment=public_key(row))
        return None
    try:
        async with asyncio.timeout(port.seconds + 1):
            return await ask(port)
    except (PaymentFailed, TimeoutError):
        log.warning("no_answer", method=row.method, payment=public_key(row))
        return None


async def store_answer(
    database: Database, row: Row, step: PaymentStep, answer: PaymentAnswer | None, *, message_id: str | None = None
) -> None:
    async with database.transaction() as connection:
        order = await lock_order(connection, (row.customer_id, row.order_id), websites=None)
        payment = await lock_payment(connection, order)
        if payment is not None and payment.row.id == row.id:
            await apply_answer(connection, payment, step, answer, message_id=message_id)


async def read_payment(database: Database, key: Sequence[Any]) -> Row | None:
    async with database.writes.acquire() as connection:
        return await find_payment(connection, key[0], key[1])
