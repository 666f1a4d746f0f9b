"""Customers of the large shop, with what the grid reads of them: no orders, but what orders would add up to."""

import random
from typing import Any, Final

from customer_gql.commerce.orders.tables import order_statistics
from customer_gql.core.values.telephones import to_e164
from customer_gql.customers.addresses.tables import address
from customer_gql.customers.newsletter.tables import newsletter_subscription
from customer_gql.customers.profile.tables import customer, customer_activity, customer_email
from customer_gql.customers.tags.tables import customer_tag
from customer_gql.database.seeding import DAY, Rows, TableRows, to_datetime
from customer_gql.demo.seed.batches import CUSTOMER_SEEDS, DemoShop
from customer_gql.demo.seed.plan import draw_plan
from customer_gql.demo.seed.shoppers import make_shopper
from customer_gql.schema.tables import metadata

TABLES: Final = {
    customer,
    customer_email,
    address,
    newsletter_subscription,
    customer_activity,
    customer_tag,
    order_statistics,
}
PARENTS_FIRST: Final = [table for table in metadata.sorted_tables if table in TABLES]
_SEEDS: Final = [seed for seed in CUSTOMER_SEEDS if TABLES.issuperset(seed.tables)]


def make_rows(shop: DemoShop, first: int, count: int) -> Rows:
    """Customers with the numbers from `first` on. A batch depends on its numbers and the size of the shop alone."""
    draw = random.Random(f"grid:{first}")
    rows: Rows = {table: TableRows() for table in TABLES}
    for number in range(first, first + count):
        plan = draw_plan(draw)
        created = shop.opened + int((shop.until - shop.opened) * min(1.0, number / shop.customers))
        shopper = make_shopper(number, plan, created, shop.until, draw)
        for seed in _SEEDS:
            seed.add(shopper, rows)
        if plan.orders:
            rows[order_statistics].append(_statistics(shopper.id, plan, created, shop.until, draw))
    _spread_values(rows, shop.until)
    return rows


def _statistics(customer_id: int, plan: Any, created: int, until: int, draw: random.Random) -> dict[str, Any]:
    first = created + int((until - created) * draw.random())
    last = first + int((until - first) * draw.random())
    return {
        "customer_id": customer_id,
        "website_id": plan.site.id,
        "currency": plan.site.currency,
        "order_count": plan.orders,
        "lifetime_value": sum(int(2_000 + 30_000 * draw.random()) for _ in range(plan.orders)),
        "first_order_at": to_datetime(first),
        "last_order_at": to_datetime(last),
    }


def _spread_values(rows: Rows, until: int) -> None:
    """The demo has few telephones and no external ids; here most telephones differ, and every third customer has an id.

    Locks do not end, however long the shop is kept.
    """
    accounts = rows[customer]
    locked, number = accounts.columns.index("locked_until"), accounts.columns.index("number")
    ends = to_datetime(until + 3650 * DAY)
    accounts.records = [
        (*record[:locked], ends if record[locked] else None, *record[locked + 1 :], _external_id(record[number]))
        for record in accounts.records
    ]
    accounts.columns = (*accounts.columns, "external_id")
    numbers = {record[accounts.columns.index("id")]: record[number] for record in accounts.records}
    _spread_telephones(rows[address], numbers)


def _external_id(number: int) -> str | None:
    return f"ERP-{number:08d}" if number % 3 == 0 else None


def _spread_telephones(book: TableRows, numbers: dict[int, int]) -> None:
    place = {name: position for position, name in enumerate(book.columns)}
    for position, record in enumerate(book.records):
        changed, number = list(record), numbers[record[place["customer_id"]]]
        if record[place["country_code"]] == "US":
            typed = f"+1 2{number % 100:02d}-{2 + number // 100 % 8}{number // 800 % 100:02d}-{number % 10_000:04d}"
            changed[place["telephone"]], changed[place["telephone_e164"]] = typed, to_e164(typed, "US")
            book.records[position] = tuple(changed)
