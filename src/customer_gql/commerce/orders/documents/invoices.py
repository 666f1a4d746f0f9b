"""Invoices: what of an order is charged, with amounts that add up to those of the order (docs/domain/orders.md#orders-17)."""

from collections.abc import Sequence
from typing import Final

from customer_gql.commerce.orders.workflow.actions import OrderAction
from customer_gql.commerce.orders.workflow.tables import OrderEntryKind
from customer_gql.commerce.orders.workflow.writes import LockedOrder, change_state, judge
from customer_gql.core.actor import Actor
from customer_gql.core.ids import encode_id, new_id
from customer_gql.database.statements import Connection, Row, insert_row, insert_rows
from customer_gql.messaging.events.writes import Event, emit

from .amounts import compute_line_totals, compute_totals, read_charged
from .numbers import draw_number
from .quantities import GivenItem, add_quantities, read_items, take_items
from .tables import InvoiceState, OrderDocument, invoice, invoice_item

INVOICED: Final = "quantity_invoiced"


def count_to_invoice(row: Row) -> int:
    return row.quantity_ordered - row.quantity_invoiced - row.quantity_canceled


async def create_invoice(
    connection: Connection, order: LockedOrder, given: Sequence[GivenItem] | None, *, is_paid: bool, by: Actor
) -> int:
    """The key of the new invoice. Raises `RuleError` and `RuleErrors`."""
    judge(order, OrderAction.INVOICE, ["orderId"])
    items = await read_items(connection, order)
    taken = take_items(items, given, count_to_invoice)
    charged = await read_charged(connection, order)
    key, row = new_id(), order.row
    number = await draw_number(connection, OrderDocument.INVOICE, row.store_view_id, order.key, key)
    totals = compute_totals(row, items, taken, charged)
    state = InvoiceState.PAID if is_paid else InvoiceState.OPEN
    stored = {**order.key, "id": key, "number": number, "state": state.value, "currency": row.currency, **totals}
    await insert_row(connection, invoice, stored)
    costs = compute_line_totals(taken, charged)
    of_invoice = {**order.key, "invoice_id": key, "currency": row.currency}
    lines = [
        {
            **of_invoice,
            "position": one.row.position,
            "quantity": one.quantity,
            "row_total": costs[one.row.position],
        }
        for one in taken
    ]
    await insert_rows(connection, invoice_item, lines)
    await add_quantities(connection, order, INVOICED, taken)
    changes = {"invoice": (None, number)}
    await change_state(connection, order, OrderAction.INVOICE, OrderEntryKind.INVOICED, changes=changes, by=by)
    subject = encode_id("ivc", row.customer_id, row.id, key)
    told = Event("invoice.created", subject, customer_id=row.customer_id, website_id=order.website_id)
    await emit(connection, [told], by=by)
    return key
