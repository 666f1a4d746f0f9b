"""What customers do to an order of their own: cancel it, where the shop lets them (docs/domain/orders.md#orders-19)."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select

from customer_gql.commerce.orders.documents.tables import InvoiceState, invoice
from customer_gql.commerce.orders.mailing.writes import mail_cancellation
from customer_gql.commerce.orders.own_orders import find_own_order
from customer_gql.commerce.orders.statuses.tables import OrderState
from customer_gql.commerce.orders.workflow.actions import NOT_POSSIBLE
from customer_gql.commerce.orders.workflow.writes import ORDER_NOT_FOUND, LockedOrder, cancel_order, lock_order
from customer_gql.core.actor import Actor
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.database.statements import Connection, fetch_one
from customer_gql.shop.settings.declaration import STORE_VIEW, Setting
from customer_gql.shop.settings.reads import setting

CANCELLATION_ENABLED: Final = Setting(
    "orders.cancellation_enabled",
    False,
    STORE_VIEW,
    "Whether customers cancel orders of their own of which nothing was charged or sent.",
    label="Cancellation by customers",
)
CANCELLATION_REASONS: Final = Setting(
    "orders.cancellation_reasons",
    "Wrong items ordered\nPrice\nDelivery takes too long",
    STORE_VIEW,
    "Reasons that customers choose from when they cancel an order, one on each line.",
    has_lines=True,
    label="Reasons of cancellations",
)
_DISABLED: Final = Refusal(
    "order.cancellation_disabled",
    "Orders of this shop are not canceled here. Ask the shop to cancel it.",
    UserErrorCode.NOT_ALLOWED,
)
_REASON_UNKNOWN: Final = Refusal("order.cancellation_reason_unknown", "Choose one of the reasons: {reasons}.")
_SHIPPED: Final = Refusal(
    "order.shipped", "Items of the order were sent already. Ask the shop to return them.", UserErrorCode.NOT_ALLOWED
)
_PAID: Final = Refusal(
    "order.paid", "The order is paid already. Ask the shop to cancel and refund it.", UserErrorCode.NOT_ALLOWED
)
_INVOICED: Final = Refusal(
    "order.invoiced", "The order is charged already. Ask the shop to cancel it.", UserErrorCode.NOT_ALLOWED
)
_STATES: Final = frozenset({OrderState.NEW, OrderState.PROCESSING})


async def cancel_own_order(
    connection: Connection, key: Sequence[int], *, customer_id: int, reason: str | None, by: Actor
) -> None:
    """Cancel an order of the customer as a whole. Raises `RuleError`."""
    if await find_own_order(connection, key, customer_id=customer_id) is None:
        raise ORDER_NOT_FOUND(path=["id"])
    order = await lock_order(connection, key, websites=None)
    if await find_own_order(connection, key, customer_id=customer_id) is None:
        raise ORDER_NOT_FOUND(path=["id"])
    await judge_cancellation(connection, order)
    chosen = await validate_reason(connection, order, reason)
    await cancel_and_tell(connection, order, reason=chosen, by=by)


async def cancel_and_tell(connection: Connection, order: LockedOrder, *, reason: str, by: Actor) -> None:
    """What a shopper does, and is told by mail."""
    await cancel_order(connection, order, reason=reason, is_visible=True, by=by)
    await mail_cancellation(connection, order.row, reason=reason)


async def judge_cancellation(connection: Connection, order: LockedOrder, path: Sequence[str] = ("id",)) -> None:
    """Raises the `RuleError` of what forbids shoppers to cancel the order."""
    if not await setting(connection, CANCELLATION_ENABLED, store_view_id=order.row.store_view_id):
        raise _DISABLED(path=path)
    if order.facts.state not in _STATES:
        raise NOT_POSSIBLE(path=path, state=order.facts.state.value)
    if order.facts.shipped:
        raise _SHIPPED(path=path)
    if order.facts.invoiced:
        raise _PAID(path=path) if await _is_paid(connection, order) else _INVOICED(path=path)


async def _is_paid(connection: Connection, order: LockedOrder) -> bool:
    found = select(invoice.c.id).where(
        invoice.c.customer_id == order.row.customer_id,
        invoice.c.order_id == order.row.id,
        invoice.c.state == InvoiceState.PAID.value,
    )
    return await fetch_one(connection, found.limit(1)) is not None


async def validate_reason(connection: Connection, order: LockedOrder, reason: str | None) -> str:
    """One of those of the shop. Raises `RuleError`."""
    listed = await setting(connection, CANCELLATION_REASONS, store_view_id=order.row.store_view_id)
    reasons = [line.strip() for line in listed.splitlines() if line.strip()]
    if reason is None or reason not in reasons:
        raise _REASON_UNKNOWN(path=["reason"], reasons=reasons)
    return reason
