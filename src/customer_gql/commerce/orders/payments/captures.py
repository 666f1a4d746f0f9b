"""What a provider is asked to take of an authorized payment, once for each invoice (docs/domain/payments.md#payments-6).

The wish is stored with the invoice; then the provider is asked, by the id of the invoice, so that no repeat takes more.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy.dialects.postgresql import insert as upsert

from customer_gql.commerce.orders.workflow.writes import LockedOrder, lock_order
from customer_gql.commerce.payments.ports import PaymentAnswer, PaymentOutcome, find_port
from customer_gql.core.clock import read_clock
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.ids import encode_id
from customer_gql.database.pools import Database
from customer_gql.database.statements import Connection, Row, execute_statement, fetch_row, update_rows

from .asking import ask_provider
from .declared import ON_PAYMENT_CAPTURED
from .reads import find_captures, find_payment
from .tables import CaptureState, OrderPaymentState, PaymentStep, order_payment, payment_capture
from .writes import LockedPayment, check_later, lock_payment, public_key, record_step

NOT_AUTHORIZED: Final = Refusal(
    "payment.not_authorized",
    "No provider holds so much for this order. Capture it outside of the shop, with OFFLINE.",
    UserErrorCode.NOT_ALLOWED,
)
DECLINED: Final = Refusal(
    "payment.capture_declined",
    "The provider refused to capture the payment. The invoice stays open: try again, or record another payment.",
    UserErrorCode.NOT_ALLOWED,
)
NO_ANSWER: Final = Refusal(
    "payment.no_answer",
    "The provider did not answer. The invoice stays open until it does, which is asked for again by itself.",
    UserErrorCode.NOT_ALLOWED,
)
BEGUN: Final = Refusal(
    "payment.capture_begun",
    "The provider is capturing the payment of this invoice. Wait a minute and look again.",
    UserErrorCode.NOT_ALLOWED,
)


async def begin_capture(
    connection: Connection, order: LockedOrder, invoice_id: int, amount: int, path: Sequence[str]
) -> None:
    """Raises `RuleError` where the provider does not hold so much."""
    payment = await lock_payment(connection, order)
    port = None if payment is None else find_port(payment.row.method)
    if payment is None or port is None or payment.state is not OrderPaymentState.AUTHORIZED:
        raise NOT_AUTHORIZED(path=path)
    others = await find_captures(connection, (order.row.customer_id, order.row.id), state=CaptureState.STARTED.value)
    begun = sum(row.amount for row in others if row.id != invoice_id)
    if amount <= 0 or payment.row.captured_total + begun + amount > payment.row.amount:
        raise NOT_AUTHORIZED(path=path)
    row = {**order.key, "payment_id": payment.row.id, "id": invoice_id}
    row |= {"state": CaptureState.STARTED.value, "amount": amount}
    key = ["customer_id", "order_id", "payment_id", "id"]
    put = upsert(payment_capture).values(**row)
    await execute_statement(connection, put.on_conflict_do_update(index_elements=key, set_={"state": row["state"]}))
    await record_step(connection, {**order.key, "payment_id": payment.row.id}, PaymentStep.CAPTURE, None, amount)
    check_at = read_clock() + dt.timedelta(seconds=port.seconds + 5)
    await update_rows(connection, order_payment, payment.key, {"check_at": check_at, "check_count": 0})


async def is_capture_begun(connection: Connection, order: LockedOrder, invoice_id: int) -> bool:
    key = (order.row.customer_id, order.row.id)
    return bool(await find_captures(connection, key, id=invoice_id, state=CaptureState.STARTED.value))


async def finish_capture(database: Database, key: Sequence[int], invoice_id: int) -> None:
    """Ask the provider, and store what it says. Raises `RuleError` where it refuses, or does not answer."""
    async with database.writes.acquire() as connection:
        payment = await find_payment(connection, key[0], key[1])
        found = await find_captures(connection, key, id=invoice_id)
    if payment is None or not found:
        return
    capture = found[0]
    state = CaptureState(capture.state)
    if state is CaptureState.STARTED:
        state = await _ask_to_capture(database, payment, capture)
    if state is not CaptureState.CAPTURED:
        raise (NO_ANSWER if state is CaptureState.STARTED else DECLINED)(path=["capture"])


async def finish_captures(database: Database, payment: Row) -> None:
    """Those that were begun and never ended."""
    key = (payment.customer_id, payment.order_id)
    async with database.writes.acquire() as connection:
        found = await find_captures(connection, key, state=CaptureState.STARTED.value)
    for capture in found:
        await _ask_to_capture(database, payment, capture)


async def _ask_to_capture(database: Database, payment: Row, capture: Row) -> CaptureState:
    request = encode_id("ivc", capture.customer_id, capture.order_id, capture.id)
    key, currency = public_key(payment), payment.currency
    answer = await ask_provider(payment, lambda port: port.capture(key, request, capture.amount, currency))
    async with database.transaction() as connection:
        order = await lock_order(connection, (capture.customer_id, capture.order_id), websites=None)
        locked = await lock_payment(connection, order)
        assert locked is not None, "payments are never deleted"
        return await _store_capture(connection, locked, capture, answer)


async def _store_capture(
    connection: Connection, payment: LockedPayment, capture: Row, answer: PaymentAnswer | None
) -> CaptureState:
    of_payment = {**payment.order.key, "payment_id": payment.row.id}
    key = {**of_payment, "id": capture.id}
    present = await fetch_row(connection, payment_capture, key)
    assert present is not None, "captures are never deleted"
    if present.state != CaptureState.STARTED.value:
        return CaptureState(present.state)
    if answer is None:
        await check_later(connection, payment)
        return CaptureState.STARTED
    state = CaptureState.CAPTURED if answer.outcome is PaymentOutcome.CAPTURED else CaptureState.DECLINED
    await record_step(connection, of_payment, PaymentStep.CAPTURE, answer, capture.amount)
    await update_rows(connection, payment_capture, key, {"state": state.value})
    if state is CaptureState.CAPTURED:
        total: Any = payment.row.captured_total + capture.amount
        await update_rows(connection, order_payment, payment.key, {"captured_total": total})
        for act in ON_PAYMENT_CAPTURED:
            await act(connection, payment.order, capture.id)
    return state
