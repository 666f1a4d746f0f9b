"""Invoices: what of an order is charged, with amounts that add up to those of the order (docs/domain/orders.md#orders-17)."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import func, select

from customer_gql.commerce.orders.tables import sales_order_item as item
from customer_gql.commerce.orders.workflow.actions import OrderAction
from customer_gql.commerce.orders.workflow.tables import OrderEntryKind
from customer_gql.commerce.orders.workflow.writes import LockedOrder, change_state, judge
from customer_gql.core.actor import Actor
from customer_gql.core.ids import encode_id, new_id
from customer_gql.database.statements import Connection, Row, fetch_one, insert_row, insert_rows
from customer_gql.messaging.events.writes import Event, emit

from .numbers import draw_number
from .quantities import GivenItem, TakenItem, add_quantities, take_items
from .tables import InvoiceState, OrderDocument, invoice, invoice_item

INVOICED: Final = "quantity_invoiced"


def count_to_invoice(row: Row) -> int:
    return row.quantity_ordered - row.quantity_invoiced - row.quantity_canceled


async def create_invoice(
    connection: Connection, order: LockedOrder, given: Sequence[GivenItem] | None, *, is_paid: bool, by: Actor
) -> int:
    """The key of the new invoice. Raises `RuleError` and `RuleErrors`."""
    judge(order, OrderAction.INVOICE, ["orderId"])
    taken = await take_items(connection, order, given, count_to_invoice)
    key, row = new_id(), order.row
    number = await draw_number(connection, OrderDocument.INVOICE, row.store_view_id, order.key, key)
    totals = await _find_totals(connection, order, taken)
    state = InvoiceState.PAID if is_paid else InvoiceState.OPEN
    stored = {**order.key, "id": key, "number": number, "state": state.value, "currency": row.currency, **totals}
    await insert_row(connection, invoice, stored)
    lines = [_line_of(order, key, one) for one in taken]
    await insert_rows(connection, invoice_item, lines)
    await add_quantities(connection, order, INVOICED, taken)
    changes = {"invoice": (None, number)}
    await change_state(connection, order, OrderAction.INVOICE, OrderEntryKind.INVOICED, changes=changes, by=by)
    subject = encode_id("ivc", row.customer_id, row.id, key)
    told = Event("invoice.created", subject, customer_id=row.customer_id, website_id=order.website_id)
    await emit(connection, [told], by=by)
    return key


def _line_of(order: LockedOrder, key: int, one: TakenItem) -> dict[str, Any]:
    before, after = one.row.quantity_invoiced, one.row.quantity_invoiced + one.quantity
    gross = one.row.price * one.quantity
    discount = _between(one.row.discount, before, after, one.row.quantity_ordered)
    return {
        **order.key,
        "invoice_id": key,
        "position": one.row.position,
        "quantity": one.quantity,
        "currency": one.row.currency,
        "row_total": gross - discount,
    }


async def _find_totals(connection: Connection, order: LockedOrder, taken: Sequence[TakenItem]) -> dict[str, int]:
    """By column. Shipping is charged by the first invoice, and tax in proportion to the quantities so far, so that the invoices of
    a whole order add up to its totals."""
    row = order.row
    subtotal = sum(one.row.price * one.quantity for one in taken)
    net = [_line_of(order, 0, one)["row_total"] for one in taken]
    of_order = (item.c.customer_id == row.customer_id, item.c.order_id == row.id)
    worth = func.coalesce(func.sum(item.c.price * item.c.quantity_ordered), 0).label("all")
    charged = func.coalesce(func.sum(item.c.price * item.c.quantity_invoiced), 0).label("before")
    found = await fetch_one(connection, select(worth, charged).where(*of_order))
    assert found is not None
    before, all_ = int(found["before"]), int(found["all"])
    tax = _between(row.tax_total, before, before + subtotal, all_) if all_ else 0
    is_first = order.facts.invoiced == 0
    shipping = row.shipping_total if is_first else 0
    if not all_ and is_first:
        tax = row.tax_total  # of shipping alone
    return {
        "subtotal": subtotal,
        "discount_total": subtotal - sum(net),
        "shipping_total": shipping,
        "tax_total": tax,
        "grand_total": sum(net) + shipping + tax,
    }


def _between(amount: int, before: int, after: int, whole: int) -> int:
    """The part of an amount between two places of a whole. Parts that follow each other add up to it."""
    return _share(amount, after, whole) - _share(amount, before, whole)


def _share(amount: int, part: int, whole: int) -> int:
    """Rounded half up."""
    return (2 * amount * part + whole) // (2 * whole)
