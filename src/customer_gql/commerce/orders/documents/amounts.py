"""What an invoice charges, so that the invoices of a whole order add up to its totals (docs/domain/orders.md#orders-17)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Numeric, cast, func, select

from customer_gql.commerce.orders.workflow.writes import LockedOrder
from customer_gql.database.statements import Connection, Row, fetch_one, fetch_rows

from .quantities import TakenItem
from .tables import InvoiceState, invoice, invoice_item


@dataclass(frozen=True, slots=True)
class Charged:
    """What the invoices of an order charge so far: line totals by position, and sums."""

    lines: Mapping[int, int]
    subtotal: int
    discount_total: int
    shipping_total: int
    tax_total: int


async def read_charged(connection: Connection, order: LockedOrder) -> Charged:
    of_order = (
        invoice.c.customer_id == order.row.customer_id,
        invoice.c.order_id == order.row.id,
        invoice.c.state != InvoiceState.CANCELED.value,
    )
    names = ("subtotal", "discount_total", "shipping_total", "tax_total")
    sums = [cast(func.coalesce(func.sum(invoice.c[name]), 0), Numeric()).label(name) for name in names]
    found = await fetch_one(connection, select(*sums).where(*of_order))
    assert found is not None
    lines = (
        select(invoice_item.c.position, cast(func.sum(invoice_item.c.row_total), Numeric()).label("row_total"))
        .join(invoice)
        .where(*of_order)
        .group_by(invoice_item.c.position)
    )
    rows = await fetch_rows(connection, lines)
    return Charged({row.position: int(row.row_total) for row in rows}, **{name: int(found[name]) for name in names})


def compute_line_totals(taken: Sequence[TakenItem], charged: Charged) -> dict[int, int]:
    """By position: what the quantities so far cost, with this invoice, minus what other invoices charge."""
    return {
        one.row.position: max(_line_total(one.row, one.quantity) - charged.lines.get(one.row.position, 0), 0)
        for one in taken
    }


def compute_totals(order: Row, items: Sequence[Row], taken: Sequence[TakenItem], charged: Charged) -> dict[str, int]:
    """By column. Each amount is what the order owes of it for the quantities so far, minus what other invoices charge, so that
    cents which rounding left over come with the last one. Shipping comes whole with the first."""
    more = {one.row.position: one.quantity for one in taken}
    lines = sum(compute_line_totals(taken, charged).values())
    subtotal = sum(one.row.price * one.quantity for one in taken)
    worth = sum(row.price * row.quantity_ordered for row in items)
    so_far = sum(row.price * (row.quantity_invoiced + more.get(row.position, 0)) for row in items)
    shipping = order.shipping_total - charged.shipping_total
    tax = max(_share(order.tax_total, so_far, worth) - charged.tax_total, 0)
    charged_rest = charged.discount_total - (charged.subtotal - sum(charged.lines.values()))
    rest = max(_owed_rest(order, items, more) - charged_rest, 0)
    rest = min(rest, lines + shipping)
    return {
        "subtotal": subtotal,
        "discount_total": subtotal - lines + rest,
        "shipping_total": shipping,
        "tax_total": tax,
        "grand_total": lines - rest + shipping + tax,
    }


def _owed_rest(order: Row, items: Sequence[Row], more: Mapping[int, int]) -> int:
    """The part so far of a discount of the whole order, which no line has: shared by what lines cost, and what they do not cover
    is of the shipping charge."""
    whole = max(order.discount_total - sum(row.discount for row in items), 0)
    net = sum(row.row_total for row in items)
    so_far = sum(_line_total(row, more.get(row.position, 0)) for row in items)
    of_lines = min(whole, net)
    return _share(of_lines, so_far, net) + min(whole - of_lines, order.shipping_total)


def _line_total(row: Any, more: int) -> int:
    """Of the quantities that are invoiced, and so many more."""
    quantity = row.quantity_invoiced + more
    return row.price * quantity - _share(row.discount, quantity, row.quantity_ordered)


def _share(amount: int, part: int, whole: int) -> int:
    """Rounded half up; all of it where the whole is nothing."""
    return amount if whole == 0 else (2 * amount * part + whole) // (2 * whole)
