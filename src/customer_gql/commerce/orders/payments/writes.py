"""What the answer of a provider does to a payment and its order, under the lock of the order (docs/domain/payments.md#payments-4).

Answers come again, late and in any order: each is judged by the state that the payment is in, and most change nothing.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from customer_gql.commerce.orders.statuses.tables import OrderState
from customer_gql.commerce.orders.statuses.writes import find_default_status
from customer_gql.commerce.orders.tables import sales_order
from customer_gql.commerce.orders.workflow.actions import OrderAction
from customer_gql.commerce.orders.workflow.tables import OrderEntryKind
from customer_gql.commerce.orders.workflow.writes import LockedOrder, cancel_order, change_state, judge, record_action
from customer_gql.commerce.payments.ports import PaymentAnswer, PaymentOutcome
from customer_gql.core.actor import SYSTEM, Actor
from customer_gql.core.clock import read_clock
from customer_gql.core.ids import encode_id, new_id
from customer_gql.database.statements import Connection, Row, fetch_row, insert_row, update_rows

from .declared import ON_PAYMENT_LOST, ON_PAYMENT_TAKEN
from .reads import find_payment
from .tables import OrderPaymentState as State, PaymentStep, order_payment, payment_transaction

_MARGIN: Final = dt.timedelta(seconds=5)
"""Until somebody else asks about a payment whose provider is being asked."""
_CHECK: Final = dt.timedelta(minutes=1)
_LONGEST: Final = dt.timedelta(hours=1)
_WAITING: Final = frozenset({State.PENDING, State.REDIRECT, State.REVIEW})
_NEVER_ARRIVED: Final = "The payment never reached the provider."


@dataclass(frozen=True, slots=True)
class LockedPayment:
    """A payment whose order is locked."""

    order: LockedOrder
    row: Row

    @property
    def key(self) -> dict[str, int]:
        return {**self.order.key, "id": self.row.id}

    @property
    def state(self) -> State:
        return State(self.row.state)


def public_key(row: Any) -> str:
    """By which the provider knows the payment from us."""
    return encode_id("pay", row.customer_id, row.order_id, row.id)


async def begin_payment(
    connection: Connection, order: Mapping[str, Any], *, method: str, amount: int, seconds: float
) -> None:
    """Of an order that is being placed. Somebody asks the provider about it, whatever becomes of the process that authorizes it."""
    row = {"customer_id": order["customer_id"], "order_id": order["id"], "id": new_id(), "method": method}
    row |= {"state": State.PENDING.value, "currency": order["currency"], "amount": amount}
    row["check_at"] = read_clock() + dt.timedelta(seconds=seconds) + _MARGIN
    await insert_row(connection, order_payment, row)
    key = {"customer_id": row["customer_id"], "order_id": row["order_id"], "payment_id": row["id"]}
    await record_step(connection, key, PaymentStep.AUTHORIZE, None, amount)


async def lock_payment(connection: Connection, order: LockedOrder) -> LockedPayment | None:
    """None for an order that no provider is paid for."""
    row = await find_payment(connection, order.row.customer_id, order.row.id)
    return None if row is None else LockedPayment(order, row)


async def record_step(
    connection: Connection,
    key: Mapping[str, int],
    step: PaymentStep,
    answer: PaymentAnswer | None,
    amount: int,
    message_id: str | None = None,
) -> None:
    """`key` is that of a step without its id."""
    row = {**key, "id": new_id(), "step": step.value, "amount": amount, "message_id": message_id}
    row |= {"outcome": None if answer is None else answer.outcome.value}
    row |= {"reference": None if answer is None else answer.reference}
    await insert_row(connection, payment_transaction, row)


async def apply_answer(
    connection: Connection,
    payment: LockedPayment,
    step: PaymentStep,
    answer: PaymentAnswer | None,
    *,
    message_id: str | None = None,
) -> None:
    """None where no answer came: then somebody asks again."""
    now = State(payment.row.state)
    after = _find_next(now, answer)
    if after is None:
        if now in {*_WAITING, State.VOIDING}:
            await check_later(connection, payment)
        return
    assert answer is not None
    key = {**payment.order.key, "payment_id": payment.row.id}
    await record_step(connection, key, step, answer, payment.row.amount, message_id)
    values: dict[str, Any] = {"state": after.value, "check_count": 0, "url": None}
    values["check_at"] = _find_check(after)
    if answer.reference is not None and now in _WAITING:
        values["reference"] = answer.reference
    if after is State.REDIRECT:
        values["url"] = answer.url
    await update_rows(connection, order_payment, payment.key, values)
    if now in _WAITING:
        await _follow_answer(connection, payment, after, answer)


def _find_next(now: State, answer: PaymentAnswer | None) -> State | None:
    """The state that follows; None where nothing changes."""
    if answer is None:
        return None
    if now is State.VOIDING:
        return State.VOIDED if answer.outcome is PaymentOutcome.VOIDED else None
    if now in {State.VOIDED, State.DECLINED}:  # what was authorized after all is given back
        return State.VOIDING if answer.outcome is PaymentOutcome.AUTHORIZED else None
    if now is State.AUTHORIZED:
        return None
    after = {
        PaymentOutcome.AUTHORIZED: State.AUTHORIZED,
        PaymentOutcome.REVIEW: State.REVIEW,
        PaymentOutcome.REDIRECT: State.REDIRECT,
        PaymentOutcome.DECLINED: State.DECLINED,
        PaymentOutcome.VOIDED: State.DECLINED,
        # The provider is told never to take it: the request for it may still be under way.
        PaymentOutcome.UNKNOWN: State.VOIDING,
    }.get(answer.outcome)
    is_back = now is State.REVIEW and after in {State.REDIRECT, State.VOIDING}
    return None if after is now or is_back else after


def _find_check(after: State) -> dt.datetime | None:
    if after is State.VOIDING:
        return read_clock()
    return read_clock() + _CHECK if after in _WAITING else None


async def check_later(connection: Connection, payment: LockedPayment) -> None:
    """After a growing pause, unless nothing is waited for."""
    if payment.state in {State.DECLINED, State.VOIDED}:
        return
    count = payment.row.check_count + 1
    pause = min(dt.timedelta(seconds=5) * 2 ** min(count, 12), _LONGEST)
    values = {"check_count": count, "check_at": read_clock() + pause}
    await update_rows(connection, order_payment, payment.key, values)


async def _follow_answer(connection: Connection, payment: LockedPayment, after: State, answer: PaymentAnswer) -> None:
    """What becomes of the order."""
    order = payment.order
    if after is State.AUTHORIZED:
        await _go_on(connection, order, OrderAction.AUTHORIZE, OrderEntryKind.PAYMENT_AUTHORIZED)
    elif after is State.REVIEW:
        await _go_on(connection, order, OrderAction.REVIEW, OrderEntryKind.PAYMENT_REVIEWED)
    elif after in {State.DECLINED, State.VOIDED, State.VOIDING}:
        is_unknown = answer.outcome is PaymentOutcome.UNKNOWN
        await _lose(connection, order, _NEVER_ARRIVED if is_unknown else None)
    if after in {State.AUTHORIZED, State.REVIEW} and payment.state is not State.REVIEW:
        for tell in ON_PAYMENT_TAKEN:
            await tell(connection, order)


async def _go_on(connection: Connection, order: LockedOrder, action: OrderAction, kind: OrderEntryKind) -> None:
    """One on hold goes on once it comes back from there; one that was paid in another way stays as it is."""
    facts = order.facts
    is_reviewed = action is OrderAction.REVIEW
    if facts.held_state in {OrderState.PENDING_PAYMENT, OrderState.PAYMENT_REVIEW}:
        state = OrderState.PAYMENT_REVIEW if is_reviewed else OrderState.PROCESSING
        values = {"held_state": state.value, "held_status": await find_default_status(connection, state)}
        await record_action(connection, order, kind, values=values, by=SYSTEM)
    elif facts.state in {OrderState.PENDING_PAYMENT, OrderState.PAYMENT_REVIEW}:
        await change_state(connection, order, action, kind, by=SYSTEM)
    else:
        await record_action(connection, order, kind, values={}, by=SYSTEM)


async def _lose(connection: Connection, order: LockedOrder, reason: str | None) -> None:
    """The order is canceled, and the cart open once more; one that was paid in another way goes on."""
    waits = {OrderState.PENDING_PAYMENT, OrderState.PAYMENT_REVIEW}
    kind = OrderEntryKind.PAYMENT_DECLINED
    if order.facts.state in waits or order.facts.held_state in waits:
        for act in ON_PAYMENT_LOST:
            await act(connection, order)
        action = OrderAction.DECLINE
        await cancel_order(connection, order, reason=reason, by=SYSTEM, action=action, kind=kind)
    else:
        await record_action(connection, order, kind, values={}, text=reason, by=SYSTEM)


async def accept_payment(connection: Connection, order: LockedOrder, *, by: Actor) -> None:
    """Staff take a payment that the provider looks at. Raises `RuleError`."""
    judge(order, OrderAction.ACCEPT_PAYMENT)
    payment = await lock_payment(connection, order)
    if payment is not None:
        await _decide_payment(connection, payment, State.AUTHORIZED, PaymentOutcome.AUTHORIZED)
    await change_state(connection, order, OrderAction.ACCEPT_PAYMENT, OrderEntryKind.PAYMENT_ACCEPTED, by=by)


async def deny_payment(connection: Connection, order: LockedOrder, *, reason: str | None, by: Actor) -> None:
    """Staff refuse a payment that the provider looks at: the order is canceled and the payment voided. Raises `RuleError`."""
    action, kind = OrderAction.DENY_PAYMENT, OrderEntryKind.PAYMENT_DENIED
    await cancel_order(connection, order, reason=reason, by=by, action=action, kind=kind)


async def _decide_payment(
    connection: Connection, payment: LockedPayment, after: State, outcome: PaymentOutcome
) -> None:
    key = {**payment.order.key, "payment_id": payment.row.id}
    await record_step(connection, key, PaymentStep.STAFF, PaymentAnswer(outcome), payment.row.amount)
    values = {"state": after.value, "check_at": _find_check(after), "check_count": 0, "url": None}
    await update_rows(connection, order_payment, payment.key, values)


async def void_payment(connection: Connection, order: LockedOrder) -> None:
    """Once an order is canceled as a whole, what its provider holds for it is given back."""
    payment = await lock_payment(connection, order)
    open_states = {*_WAITING, State.AUTHORIZED}
    if payment is None or payment.state not in open_states or payment.row.captured_total:
        return
    if await _is_canceled(connection, order):
        await _decide_payment(connection, payment, State.VOIDING, PaymentOutcome.VOIDED)


async def _is_canceled(connection: Connection, order: LockedOrder) -> bool:
    found = await fetch_row(connection, sales_order, {"customer_id": order.row.customer_id, "id": order.row.id})
    return found is not None and found.state == OrderState.CANCELED.value
