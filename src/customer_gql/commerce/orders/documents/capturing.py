"""Invoices that the provider of the payment is asked to collect (docs/domain/payments.md#payments-6)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from customer_gql.commerce.orders.payments.captures import begin_capture
from customer_gql.commerce.orders.workflow.tables import OrderEntryKind
from customer_gql.commerce.orders.workflow.writes import LockedOrder, record_action
from customer_gql.core.actor import SYSTEM, Actor
from customer_gql.core.ids import encode_id
from customer_gql.database.statements import Connection, Row, fetch_one, update_rows
from customer_gql.messaging.events.writes import Event, emit

from .invoices import create_invoice
from .quantities import GivenItem
from .tables import InvoiceState, invoice


async def make_invoice(
    connection: Connection,
    order: LockedOrder,
    given: Sequence[GivenItem] | None,
    *,
    is_paid: bool,
    is_online: bool,
    by: Actor,
) -> int:
    """The key of the new invoice, whose capture is begun where that is online."""
    key = await create_invoice(connection, order, given, is_paid=is_paid, by=by)
    if is_online:
        await begin_invoice_capture(connection, order, key)
    return key


async def begin_invoice_capture(connection: Connection, order: LockedOrder, key: int) -> None:
    """Raises `RuleError`."""
    found = await _find_invoice(connection, order, key)
    await begin_capture(connection, order, key, found.grand_total, ["capture"])


async def pay_captured_invoice(connection: Connection, order: LockedOrder, key: int) -> None:
    """The provider took what it charges."""
    await pay_invoice(connection, order, await _find_invoice(connection, order, key), by=SYSTEM)


async def pay_invoice(connection: Connection, order: LockedOrder, found: Row, *, by: Actor) -> None:
    of_invoice = {"customer_id": found.customer_id, "order_id": found.order_id, "id": found.id}
    await update_rows(connection, invoice, of_invoice, {"state": InvoiceState.PAID.value})
    changes = {"invoicePaid": (None, found.number)}
    await record_action(connection, order, OrderEntryKind.INVOICE_PAID, values={}, changes=changes, by=by)
    subject = encode_id("ivc", found.customer_id, found.order_id, found.id)
    told = Event("invoice.paid", subject, customer_id=found.customer_id, website_id=order.website_id)
    await emit(connection, [told], by=by)


async def _find_invoice(connection: Connection, order: LockedOrder, key: int) -> Any:
    of_key = (invoice.c.customer_id == order.row.customer_id, invoice.c.order_id == order.row.id, invoice.c.id == key)
    found = await fetch_one(connection, select(invoice).where(*of_key))
    assert found is not None, "invoices are never deleted"
    return found
