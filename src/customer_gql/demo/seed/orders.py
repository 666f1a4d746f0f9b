"""Orders whose totals are the sums of their lines, and whose shipments agree with their status."""

from dataclasses import dataclass
from typing import Any, Final

from customer_gql.demo.shop import BUSINESS, SALES_REPRESENTATIVES, WHOLESALE
from customer_gql.demo.shop_products import POPULAR

from .rows import DAY, HOUR, MINUTE, Rows, at, weighted
from .shoppers import Purchase, Shopper

_LINES: Final = weighted({1: 25, 2: 24, 3: 18, 4: 13, 5: 9, 6: 6, 7: 3, 8: 2})
_QUANTITIES: Final = weighted({1: 74, 2: 17, 3: 5, 4: 3, 6: 1})
_PERCENTS: Final = weighted({0: 80, 10: 12, 15: 5, 25: 3})

# What an order is depends on how long ago it was placed.
_FRESH: Final = weighted(
    {"PROCESSING": 52, "PENDING": 24, "PENDING_PAYMENT": 9, "PAYMENT_REVIEW": 4, "CANCELED": 6, "ON_HOLD": 5}
)
_RECENT: Final = weighted({"COMPLETE": 58, "PROCESSING": 30, "CANCELED": 5, "PENDING": 3, "ON_HOLD": 2, "CLOSED": 2})
_OLD: Final = weighted({"COMPLETE": 905, "CANCELED": 50, "CLOSED": 40, "PROCESSING": 3, "ON_HOLD": 2})

_NOTHING: Final = 0
_PART: Final = 1
_ALL: Final = 2

_DAYS_TO_THE_FIRST: Final = 7
_YEARLY_RISE_PERCENT: Final = 3


@dataclass(slots=True)
class _Line:
    product: int
    quantity: int
    price: int
    discount: int


def add_orders(s: Shopper, rows: Rows) -> None:
    for ordinal, (placed, status) in enumerate(_placed(s), 1):
        _add_order(s, rows, ordinal, placed, status)


def _placed(s: Shopper) -> list[tuple[int, str]]:
    """Times in order, and the statuses for them; given statuses are placed ever denser towards the end."""
    given = s.plan.order_statuses
    span = s.until - s.created
    if given:
        count = len(given)
        return [(s.until - int(span * 0.9 * (1 - i / count) ** 4), status) for i, status in enumerate(given)]
    # Nobody who came yesterday has a hundred orders.
    count = min(s.plan.orders, 1 + span // (4 * DAY)) if s.number > 10 else s.plan.orders
    r = s.r
    times = [s.created + int(span * r()) for _ in range(count)]
    if times and r() < 0.5:
        times[0] = s.created + int(min(span, _DAYS_TO_THE_FIRST * DAY) * r())
    times.sort()
    return [(placed, _status(s.until - placed, r())) for placed in times]


def _status(age: int, share: float) -> str:
    statuses = _FRESH if age < 2 * DAY else _RECENT if age < 12 * DAY else _OLD
    return statuses[int(share * len(statuses))]


def _add_order(s: Shopper, rows: Rows, ordinal: int, placed: int, status: str) -> None:
    r, site = s.r, s.plan.site
    lines = _lines(s, placed)
    extent = _extent(status, lines, r())
    order_id = s.key(placed)
    placed_at = at(placed)
    number = f"{placed_at:%y%m%d}-{s.number}-{ordinal}"
    subtotal, discount = _add_items(s, rows, order_id, lines, extent)
    shipping = 0 if subtotal >= site.free_shipping_from else site.shipping_fee
    tax = (subtotal - discount) * site.tax_percent // 100
    grand_total = subtotal - discount + shipping + tax
    shipped = min(s.until, placed + int((0.2 + 4 * r()) * DAY)) if extent else placed
    refunded = _refunded(status, grand_total, r())
    updated = shipped if extent or status.startswith("PEN") else min(s.until, placed + int(30 * r() * HOUR))
    if refunded:
        updated = min(s.until, updated + int(20 * r() * DAY))
    business = s.plan.group_id in {WHOLESALE, BUSINESS}
    rows["sales_order"].append(
        (
            s.id,
            order_id,
            number,
            status,
            s.view_id,
            placed_at,
            s.email,
            f"{s.first} {s.last}",
            SALES_REPRESENTATIVES[s.number % 3] if business else None,
            site.currency,
            subtotal,
            discount,
            shipping,
            tax,
            grand_total,
            refunded,
            at(updated),
        )
    )
    rows["sales_order_number"].append((number, s.id, order_id))
    _add_places(s, rows, order_id)
    if extent:
        _add_shipments(s, rows, order_id, shipped, several=extent == _ALL and len(lines) > 1 and r() < 0.15)
    s.purchases.append(Purchase(number, placed, status, grand_total, tuple(line.product for line in lines)))
    s.latest = max(s.latest, placed)


def _lines(s: Shopper, placed: int) -> list[_Line]:
    """Products that differ, at the prices of that year; all lines share the order's discount."""
    r, products = s.r, s.plan.site.products
    count = _LINES[int(r() * 100)] if not s.plan.order_statuses else 3
    percent = _PERCENTS[int(r() * 100)]
    factor = 100 - _YEARLY_RISE_PERCENT * ((s.until - placed) // (365 * DAY))
    bulk = 5 + int(20 * r()) if s.plan.group_id in {WHOLESALE, BUSINESS} else 1
    chosen: set[int] = set()
    lines: list[_Line] = []
    while len(lines) < count:
        product = POPULAR[int(r() * len(POPULAR))]
        if product not in chosen:
            chosen.add(product)
            quantity = _QUANTITIES[int(r() * 100)] * bulk
            price = products[product].price * factor // 100
            lines.append(_Line(product, quantity, price, price * quantity * percent // 100))
    return lines


def _extent(status: str, lines: list[_Line], share: float) -> int:
    """How much of the order is shipped; a part of one piece is nothing."""
    if status == "COMPLETE":
        return _ALL
    if status == "CLOSED":
        return _ALL if share < 0.65 else _NOTHING
    divisible = len(lines) > 1 or lines[0].quantity > 1
    return _PART if status == "PROCESSING" and divisible and share < 0.45 else _NOTHING


def _add_items(s: Shopper, rows: Rows, order_id: int, lines: list[_Line], extent: int) -> tuple[int, int]:
    add, customer_id, site = rows["sales_order_item"].append, s.id, s.plan.site
    half = (len(lines) + 1) // 2
    subtotal = discount_total = 0
    for position, line in enumerate(lines, 1):
        product, quantity = site.products[line.product], line.quantity
        shipped = 0
        if extent == _ALL:
            shipped = quantity
        elif extent == _PART:
            shipped = quantity // 2 if len(lines) == 1 else quantity if position <= half else 0
        amount = line.price * quantity
        subtotal += amount
        discount_total += line.discount
        add(
            (
                customer_id,
                order_id,
                position,
                product.id,
                product.sku,
                product.name,
                quantity,
                shipped,
                site.currency,
                line.price,
                line.discount,
                amount - line.discount,
            )
        )
    return subtotal, discount_total


def _refunded(status: str, grand_total: int, share: float) -> int:
    """Closed orders are refunded whole, a few complete ones in part."""
    if status == "CLOSED":
        return grand_total
    return grand_total // 4 if status == "COMPLETE" and share < 0.02 else 0


def _add_places(s: Shopper, rows: Rows, order_id: int) -> None:
    name = f"{s.first} {s.last}"
    home: tuple[Any, ...] = s.home
    rows["sales_order_address"] += (
        (s.id, order_id, "BILLING", name, *home),
        (s.id, order_id, "SHIPPING", name, *home),
    )


def _add_shipments(s: Shopper, rows: Rows, order_id: int, shipped: int, *, several: bool) -> None:
    r, carriers = s.r, s.people.land.carriers
    for part in range(2 if several else 1):
        when = min(s.until, shipped + part * 26 * HOUR + part * int(r() * 90) * MINUTE)
        shipment_id = s.key(when)
        rows["shipment"].append((s.id, order_id, shipment_id, at(when)))
        share = r()
        for position in range(1, 1 + (0 if share < 0.03 and not s.plan.order_statuses else 2 if share > 0.95 else 1)):
            carrier = carriers[int(r() * len(carriers))]
            rows["tracking_number"].append(
                (s.id, order_id, shipment_id, position, carrier, f"{int(r() * 10**14):014d}")
            )
