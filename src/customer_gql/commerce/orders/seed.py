"""Orders whose totals are the sums of their lines, and whose shipments agree with their status."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from customer_gql.commerce.catalog.seed import pick_place, products_of
from customer_gql.core.values.emails import normalize_email
from customer_gql.customers.companies.tables import company_member
from customer_gql.customers.profile.shopper import AccountPlan, Purchase, Shopper
from customer_gql.customers.profile.tables import CustomerType
from customer_gql.database.seeding import DAY, HOUR, MINUTE, CustomerSeed, Rows, Stage, expand_weights, to_datetime
from customer_gql.shop.websites.seed import BASE, BRITAIN, EUROPE, JAPAN
from customer_gql.staff.seed import SALES_REPRESENTATIVES

from .statuses.tables import FIRST_STATUSES, OrderState
from .tables import sales_order, sales_order_address, sales_order_item, sales_order_number, shipment, tracking_number

_LINES: Final = expand_weights({1: 25, 2: 24, 3: 18, 4: 13, 5: 9, 6: 6, 7: 3, 8: 2})
_QUANTITIES: Final = expand_weights({1: 74, 2: 17, 3: 5, 4: 3, 6: 1})
_PERCENTS: Final = expand_weights({0: 80, 10: 12, 15: 5, 25: 3})

# What an order is depends on how long ago it was placed.
_FRESH: Final = expand_weights(
    {"PROCESSING": 52, "NEW": 24, "PENDING_PAYMENT": 9, "PAYMENT_REVIEW": 4, "CANCELED": 6, "ON_HOLD": 5}
)
_RECENT: Final = expand_weights({"COMPLETE": 58, "PROCESSING": 30, "CANCELED": 5, "NEW": 3, "ON_HOLD": 2, "CLOSED": 2})
_OLD: Final = expand_weights({"COMPLETE": 905, "CANCELED": 50, "CLOSED": 40, "PROCESSING": 3, "ON_HOLD": 2})

_DAYS_TO_THE_FIRST: Final = 7
_YEARLY_RISE_PERCENT: Final = 3
_REPRESENTATIVES: Final = tuple(SALES_REPRESENTATIVES)


@dataclass(frozen=True, kw_only=True)
class OrderPlan(AccountPlan):
    orders: int = 0
    order_statuses: tuple[str, ...] = ()
    """In order of time. Where they are given there is an order for each of them, else `orders` decides."""


@dataclass(frozen=True, slots=True)
class _Terms:
    """What a website charges, in minor units of its currency."""

    shipping_fee: int
    free_shipping_from: int
    tax_percent: int


_TERMS: Final = {
    BASE.id: _Terms(shipping_fee=595, free_shipping_from=7500, tax_percent=7),
    EUROPE.id: _Terms(shipping_fee=490, free_shipping_from=6000, tax_percent=20),
    BRITAIN.id: _Terms(shipping_fee=395, free_shipping_from=5000, tax_percent=20),
    JAPAN.id: _Terms(shipping_fee=550, free_shipping_from=8000, tax_percent=10),
}


class _Shipped(IntEnum):
    NOTHING = 0
    PART = 1
    ALL = 2


@dataclass(slots=True)
class _Line:
    place: int
    quantity: int
    price: int
    discount: int


def add_orders(s: Shopper[OrderPlan], rows: Rows) -> None:
    for ordinal, (placed, status) in enumerate(_draw_times(s), 1):
        s.purchases.append(_add_order(s, rows, ordinal, placed, status))
        s.latest = max(s.latest, placed)


def _draw_times(s: Shopper[OrderPlan]) -> list[tuple[int, str]]:
    """Times in order, and the statuses for them; given statuses get denser towards the end."""
    given = s.plan.order_statuses
    span = s.until - s.created
    if given:
        count = len(given)
        return [(s.until - int(span * 0.9 * (1 - i / count) ** 4), status) for i, status in enumerate(given)]
    # Nobody who registered yesterday has a hundred orders.
    count = s.plan.orders if s.plan.is_written_by_hand else min(s.plan.orders, 1 + span // (4 * DAY))
    r = s.r
    times = [s.created + int(span * r()) for _ in range(count)]
    if times and r() < 0.5:
        times[0] = s.created + int(min(span, _DAYS_TO_THE_FIRST * DAY) * r())
    times.sort()
    return [(placed, _pick_status(s.until - placed, r())) for placed in times]


def _pick_status(age: int, share: float) -> str:
    statuses = _FRESH if age < 2 * DAY else _RECENT if age < 12 * DAY else _OLD
    return statuses[int(share * len(statuses))]


def _add_order(s: Shopper[OrderPlan], rows: Rows, ordinal: int, placed: int, status: str) -> Purchase:
    r, site = s.r, s.plan.site
    lines = _pick_lines(s, placed)
    extent = _shipped_extent(status, lines, r())
    order_id = s.make_id(placed)
    placed_at = to_datetime(placed)
    number = f"{placed_at:%y%m%d}-{s.number}-{ordinal}"
    subtotal, discount = _add_items(s, rows, order_id, lines, extent, status)
    totals = _compute_totals(_TERMS[site.id], subtotal, discount)
    grand_total = totals["grand_total"]
    shipped = min(s.until, placed + int((0.2 + 4 * r()) * DAY)) if extent else placed
    refunded = _refunded_total(status, grand_total, r())
    updated = shipped if extent or status in {"NEW", "PENDING_PAYMENT"} else min(s.until, placed + int(30 * r() * HOUR))
    if refunded:
        updated = min(s.until, updated + int(20 * r() * DAY))
    rows[sales_order].append(
        {
            "customer_id": s.id,
            "id": order_id,
            "number": number,
            **_describe_state(status),
            "store_view_id": s.view_id,
            "placed_at": placed_at,
            **_describe_buyer(s),
            "sales_representative_id": _REPRESENTATIVES[s.number % 3] if s.plan.buys_for_company else None,
            "currency": site.currency,
            "company_id": None,
            **totals,
            "refunded_total": refunded,
            "updated_at": to_datetime(updated),
        }
    )
    rows[sales_order_number].append({"number": number, "customer_id": s.id, "order_id": order_id})
    _add_addresses(s, rows, order_id)
    if extent:
        is_split = extent == _Shipped.ALL and len(lines) > 1 and r() < 0.15
        _add_shipments(s, rows, order_id, shipped, count=2 if is_split else 1)
    return Purchase(order_id, number, placed, status, grand_total, tuple(line.place for line in lines))


def name_companies(s: Shopper[OrderPlan], rows: Rows) -> None:
    """Members of a company placed their orders for it. Their place in it is made after the orders."""
    if not s.purchases or s.plan.customer_type == CustomerType.INDIVIDUAL.value:
        return
    of_member = rows[company_member].columns.index
    seat = rows[company_member].records[-1]
    assert seat[of_member("customer_id")] == s.id
    made, place = rows[sales_order].records, rows[sales_order].columns.index("company_id")
    for number in range(len(made) - len(s.purchases), len(made)):
        order = made[number]
        made[number] = (*order[:place], seat[of_member("company_id")], *order[place + 1 :])


def _describe_buyer(s: Shopper[OrderPlan]) -> dict[str, Any]:  # by column name
    name = f"{s.first} {s.last}"
    return {
        "customer_email": s.email,
        "customer_email_key": normalize_email(s.email),
        "customer_name": name,
        "customer_number": s.number,
        "customer_group_id": s.plan.group_id,
        "billing_name": name,
        "shipping_name": name,
        "company": s.home.get("company"),
    }


def _compute_totals(terms: _Terms, subtotal: int, discount: int) -> dict[str, int]:
    """By column name."""
    shipping = 0 if subtotal >= terms.free_shipping_from else terms.shipping_fee
    tax = (subtotal - discount) * terms.tax_percent // 100
    return {
        "subtotal": subtotal,
        "discount_total": discount,
        "shipping_total": shipping,
        "tax_total": tax,
        "grand_total": subtotal - discount + shipping + tax,
    }


def _pick_lines(s: Shopper[OrderPlan], placed: int) -> list[_Line]:
    """Products that differ, at the prices of that year; all lines share the order's discount."""
    r, products = s.r, products_of(s.plan.site)
    count = _LINES[int(r() * 100)] if not s.plan.shows_everything else 3
    percent = _PERCENTS[int(r() * 100)]
    factor = 100 - _YEARLY_RISE_PERCENT * ((s.until - placed) // (365 * DAY))
    bulk = 5 + int(20 * r()) if s.plan.buys_for_company else 1
    picked: set[int] = set()
    lines: list[_Line] = []
    while len(lines) < count:
        place = pick_place(r)
        if place not in picked:
            picked.add(place)
            quantity = _QUANTITIES[int(r() * 100)] * bulk
            price = products[place].price * factor // 100
            lines.append(_Line(place, quantity, price, price * quantity * percent // 100))
    return lines


def _shipped_extent(status: str, lines: list[_Line], share: float) -> _Shipped:
    """How much of the order is shipped; a single piece is not shipped in part."""
    if status == "COMPLETE":
        return _Shipped.ALL
    if status == "CLOSED":
        return _Shipped.ALL if share < 0.65 else _Shipped.NOTHING
    divisible = len(lines) > 1 or lines[0].quantity > 1
    return _Shipped.PART if status == "PROCESSING" and divisible and share < 0.45 else _Shipped.NOTHING


def _add_items(
    s: Shopper[OrderPlan], rows: Rows, order_id: int, lines: list[_Line], extent: _Shipped, status: str
) -> tuple[int, int]:
    """Subtotal and discount of all lines."""
    add, customer_id, currency = rows[sales_order_item].append, s.id, s.plan.site.currency
    products = products_of(s.plan.site)
    subtotal = discount_total = 0
    for position, line in enumerate(lines, 1):
        product, amount = products[line.place], line.price * line.quantity
        subtotal += amount
        discount_total += line.discount
        add(
            {
                "customer_id": customer_id,
                "order_id": order_id,
                "position": position,
                "product_id": product.id,
                "sku": product.sku,
                "name": product.name,
                "quantity_ordered": line.quantity,
                "quantity_shipped": _shipped_quantity(line, position, len(lines), extent),
                **_documented_quantities(line, status),
                "currency": currency,
                "price": line.price,
                "discount": line.discount,
                "row_total": amount - line.discount,
            }
        )
    return subtotal, discount_total


def _shipped_quantity(line: _Line, position: int, count: int, extent: _Shipped) -> int:
    """Of an order that is shipped in part: the first half of the lines, or half of the only one."""
    if extent == _Shipped.PART:
        return line.quantity // 2 if count == 1 else line.quantity if position <= (count + 1) // 2 else 0
    return line.quantity if extent else 0


def _describe_state(state: str) -> dict[str, str | None]:
    """By column name. An order on hold was new before."""
    before = OrderState.NEW if state == "ON_HOLD" else None
    of_hold = {"held_state": before, "held_status": before and FIRST_STATUSES[before]}
    return {"state": state, "status": FIRST_STATUSES[OrderState(state)], **of_hold}


def _documented_quantities(line: _Line, state: str) -> dict[str, int]:
    """By column name. Finished orders are invoiced whole."""
    states = {"invoiced": ("COMPLETE", "CLOSED"), "canceled": ("CANCELED",), "refunded": ("CLOSED",)}
    return {f"quantity_{name}": line.quantity if state in listed else 0 for name, listed in states.items()}


def _refunded_total(status: str, grand_total: int, share: float) -> int:
    """Closed orders are refunded whole, a few complete ones in part."""
    if status == "CLOSED":
        return grand_total
    return grand_total // 4 if status == "COMPLETE" and share < 0.02 else 0


def _add_addresses(s: Shopper[OrderPlan], rows: Rows, order_id: int) -> None:
    shared = {"customer_id": s.id, "order_id": order_id, "name": f"{s.first} {s.last}", **s.home}
    rows[sales_order_address].append({**shared, "kind": "BILLING"})
    rows[sales_order_address].append({**shared, "kind": "SHIPPING"})


def _add_shipments(s: Shopper[OrderPlan], rows: Rows, order_id: int, shipped: int, *, count: int) -> None:
    for part in range(count):
        when = min(s.until, shipped + part * 26 * HOUR + part * int(s.r() * 90) * MINUTE)
        key = {"customer_id": s.id, "order_id": order_id}
        shipment_id = s.make_id(when)
        rows[shipment].append({**key, "id": shipment_id, "shipped_at": to_datetime(when)})
        _add_tracking_numbers(s, rows, {**key, "shipment_id": shipment_id})


def _add_tracking_numbers(s: Shopper[OrderPlan], rows: Rows, key: dict[str, int]) -> None:
    r, carriers = s.r, s.people.carriers
    share = r()
    count = 0 if share < 0.03 and not s.plan.shows_everything else 2 if share > 0.95 else 1
    for position in range(1, 1 + count):
        carrier = carriers[int(r() * len(carriers))]
        number = f"{int(r() * 10**14):014d}"
        rows[tracking_number].append({**key, "position": position, "carrier": carrier, "number": number})


SEED: Final = (
    CustomerSeed(
        (sales_order, sales_order_number, sales_order_address, sales_order_item, shipment, tracking_number), add_orders
    ),
    CustomerSeed((), name_companies, Stage.ACTIVITY),
)
