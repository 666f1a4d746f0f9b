"""What becomes of an invoice that is not paid: it is paid, or canceled (docs/domain/orders.md#orders-22)."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select

from customer_gql.commerce.orders.documents.capturing import begin_invoice_capture, pay_invoice
from customer_gql.commerce.orders.documents.invoices import INVOICED
from customer_gql.commerce.orders.documents.quantities import TakenItem, read_items, take_back_quantities
from customer_gql.commerce.orders.documents.tables import InvoiceState, invoice, invoice_item
from customer_gql.commerce.orders.payments.captures import BEGUN, is_capture_begun
from customer_gql.commerce.orders.statuses.tables import OrderState
from customer_gql.commerce.orders.statuses.writes import find_default_status
from customer_gql.commerce.orders.workflow.actions import NOT_POSSIBLE
from customer_gql.commerce.orders.workflow.tables import OrderEntryKind
from customer_gql.commerce.orders.workflow.writes import LockedOrder, record_action
from customer_gql.core.actor import Actor
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.ids import encode_id
from customer_gql.database.statements import Connection, Row, fetch_one, fetch_rows, update_rows
from customer_gql.messaging.events.writes import Event, emit

INVOICE_NOT_FOUND: Final = Refusal("invoice.not_found", "There is no such invoice.", UserErrorCode.NOT_FOUND)
_PAID: Final = Refusal("invoice.paid", "The invoice is paid already.", UserErrorCode.NOT_ALLOWED)
_CANCELED: Final = Refusal("invoice.canceled", "The invoice is canceled.", UserErrorCode.NOT_ALLOWED)
_REFUNDED: Final = Refusal(
    "invoice.refunded", "Items of the invoice were refunded. It cannot be canceled.", UserErrorCode.NOT_ALLOWED
)
_OPEN: Final = frozenset({OrderState.NEW, OrderState.PENDING_PAYMENT, OrderState.PROCESSING, OrderState.COMPLETE})


async def capture_invoice(connection: Connection, order: LockedOrder, key: int, *, by: Actor) -> None:
    """Record that an open invoice was paid outside of the shop. Raises `RuleError`."""
    found = await _find_open_invoice(connection, order, key)
    await pay_invoice(connection, order, found, by=by)


async def begin_open_invoice_capture(connection: Connection, order: LockedOrder, key: int) -> None:
    """Of an open invoice, by the provider of the payment. Raises `RuleError`."""
    await _find_open_invoice(connection, order, key, is_begun=True)
    await begin_invoice_capture(connection, order, key)


async def cancel_invoice(connection: Connection, order: LockedOrder, key: int, *, by: Actor) -> None:
    """Take an open invoice back: its items can be invoiced again. Raises `RuleError`."""
    found = await _find_open_invoice(connection, order, key)
    lines = {row.position: row.quantity for row in await _read_invoice_lines(connection, found)}
    items = [row for row in await read_items(connection, order) if row.position in lines]
    if any(row.quantity_invoiced - lines[row.position] < row.quantity_refunded for row in items):
        raise _REFUNDED(path=["id"])
    await _set_state(connection, found, InvoiceState.CANCELED)
    taken = [TakenItem(row, lines[row.position]) for row in items]
    await take_back_quantities(connection, order, INVOICED, taken)
    values: dict[str, str] = {}
    if order.facts.state is OrderState.COMPLETE:
        status = await find_default_status(connection, OrderState.PROCESSING)
        values = {"state": OrderState.PROCESSING.value, "status": status}
    changes = {"invoiceCanceled": (None, found.number)}
    await record_action(connection, order, OrderEntryKind.INVOICE_CANCELED, values=values, changes=changes, by=by)
    await _emit_change(connection, order, found, "invoice.canceled", by)


async def _find_open_invoice(connection: Connection, order: LockedOrder, key: int, *, is_begun: bool = False) -> Row:
    """Of an order that is locked, so that nobody changes its invoices."""
    of_key = (
        invoice.c.customer_id == order.row.customer_id,
        invoice.c.order_id == order.row.id,
        invoice.c.id == key,
    )
    found = await fetch_one(connection, select(invoice).where(*of_key))
    if found is None:
        raise INVOICE_NOT_FOUND(path=["id"])
    if found.state != InvoiceState.OPEN.value:
        raise (_PAID if found.state == InvoiceState.PAID.value else _CANCELED)(path=["id"])
    if order.facts.state not in _OPEN:
        raise NOT_POSSIBLE(path=["id"], state=order.facts.state.value)
    if not is_begun and await is_capture_begun(connection, order, key):
        raise BEGUN(path=["id"])
    return found


async def _read_invoice_lines(connection: Connection, found: Row) -> Sequence[Row]:
    of_invoice = (
        invoice_item.c.customer_id == found.customer_id,
        invoice_item.c.order_id == found.order_id,
        invoice_item.c.invoice_id == found.id,
    )
    return await fetch_rows(connection, select(invoice_item).where(*of_invoice))


async def _set_state(connection: Connection, found: Row, state: InvoiceState) -> None:
    key = {"customer_id": found.customer_id, "order_id": found.order_id, "id": found.id}
    await update_rows(connection, invoice, key, {"state": state.value})


async def _emit_change(connection: Connection, order: LockedOrder, found: Row, type_: str, by: Actor) -> None:
    subject = encode_id("ivc", found.customer_id, found.order_id, found.id)
    told = Event(type_, subject, customer_id=found.customer_id, website_id=order.website_id)
    await emit(connection, [told], by=by)
